import type { DialectName, WireName } from "@signalbox/proto";

/** A JSON object as it was read from a wire: its fields are checked where they are used. */
export type JsonObject = { readonly [field: string]: unknown };

/** The form of a body: that of a dialect that callers speak, or of a wire that providers speak. */
export type BodyForm = DialectName | WireName;

/**
 * What a request says outside its body: Gemini names the model and the streaming in the path, Anthropic its betas in a header.
 * Plain JSON, because it travels beside the body to where the request is read again.
 */
export type RequestEnvelope = {
  readonly model?: string;
  readonly stream?: boolean;
  /** Whether a stream is server-sent events; false: the stream is one JSON array. Absent: true. */
  readonly sse?: boolean;
  /** `anthropic-version`. */
  readonly version?: string;
  /** The names in `anthropic-beta`. */
  readonly betas?: readonly string[];
  /** The names of headers by which the caller names an account at a vendor. A provider is called with the operator's own. */
  readonly accounts?: readonly string[];
  /** The client reads calls of tools in a stream only where they are whole. */
  readonly wholeCalls?: boolean;
  /** Of a body of several parts, whose boundary stands here. */
  readonly contentType?: string;
};

/** Where a neutral form was read from. Rendering to the same form overlays `body`, so fields that nobody knows travel on. */
export type Source = { readonly dialect: BodyForm; readonly body: JsonObject; readonly envelope?: RequestEnvelope };
