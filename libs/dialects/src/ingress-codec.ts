import type { DialectName, SignalboxError, TranslationLoss, Usage } from "@signalbox/proto";
import type { ParseResponseOptions } from "./egress-codec.ts";
import type { AnswerNote } from "./neutral/answer-note.ts";
import type { NeutralRequest } from "./neutral/request.ts";
import type { NeutralResponse } from "./neutral/response.ts";
import type { JsonObject, RequestEnvelope, Source } from "./neutral/source.ts";
import type { NeutralChunk } from "./neutral/stream-event.ts";

export type RenderResponseOptions = {
  /** As reported, or estimated where the provider reported none. */
  readonly usage: Usage;
  readonly note: AnswerNote;
  /** What `echoOf` gave for the request. */
  readonly echo?: JsonObject;
  /** As in `WriteStreamOptions`. */
  readonly answerId?: string;
};

export type RenderedResponse = {
  readonly body: JsonObject;
  /** What the dialect cannot express of the answer. */
  readonly losses: readonly TranslationLoss[];
};

export type WriteStreamOptions = {
  /** Whether the caller asked for its usage at the stream's end; dialects whose format has it there do not read this. */
  readonly includeUsage: boolean;
  /** Of the caller's request. */
  readonly envelope?: RequestEnvelope;
  /** Estimated prompt tokens, for dialects that name them at the stream's start. */
  readonly inputTokens?: number;
  /** What `echoOf` gave for the request. */
  readonly echo?: JsonObject;
  /**
   * The id of an answer of another form, for dialects whose clients know answers by it: hosts repeat theirs (Ollama has 999), and
   * agents join messages of one id. The provider's own unless given.
   */
  readonly answerId?: string;
};

/** What is known of a caller's stream between two frames; each dialect adds its own fields. */
export type WriteState = {
  /** What the dialect could not express so far. */
  readonly losses: readonly TranslationLoss[];
};

/** What a complete answer's end is made of. */
export type StreamTail = {
  /** As reported, or estimated where the provider reported none. */
  readonly usage: Usage;
  /** The provider's own object, and the form that it is in. */
  readonly usageSource: JsonObject | null;
  readonly usageForm: Source["dialect"];
  readonly note: AnswerNote;
};

/** Puts a streamed answer together, so that it can be kept. */
export type Collector = {
  add(chunk: NeutralChunk): void;
  /** The whole answer in the caller's dialect, without `usage.signalbox`; null when it could not be put together, or is too large. */
  body(tail: Omit<StreamTail, "note">): JsonObject | null;
};

/** An error as the body of an HTTP answer. */
export type RenderedError = { readonly status: number; readonly body: JsonObject };

/**
 * A caller's side of a dialect: pure functions to the neutral form and from it. What was read from the dialect's own form is overlaid
 * and not built anew. A stream's writer is a reducer; its state is opaque but for `losses`. Frames are text, ready to be written.
 */
export type IngressCodec<State extends WriteState = WriteState> = {
  readonly dialect: DialectName;
  /** Reads a request. Throws `invalid-request` with `details.param` set to the path of the field at fault, and never repeats a value. */
  parseRequest(body: unknown, envelope?: RequestEnvelope): NeutralRequest;
  /** The fields of a request's body that the neutral form does not hold: what is lost on any other form's way. */
  unread(request: NeutralRequest): readonly TranslationLoss[];
  /** Why a request can be sent in its own form alone; null where it can be translated. Absent: each one can. */
  ownOnly?(request: NeutralRequest): SignalboxError | null;
  /** The fields of a request that the dialect repeats in its answers, of whichever wire they are; plain JSON. Absent: none. */
  echoOf?(request: NeutralRequest): JsonObject;
  /** A field without which in its body no request is echoed, so that whoever has the body's bytes alone need not read them. Absent: any may be. */
  readonly echoedField?: string;
  /** Every field that can change the answer, those that nobody knows included: what a cache key covers. Absent and null are the same. */
  cacheFieldsOf(request: NeutralRequest): JsonObject;
  /** A whole answer with every field that the format requires, and `usage.signalbox`. */
  renderResponse(response: NeutralResponse, options: RenderResponseOptions): RenderedResponse;
  /** A whole answer as the stream that would have brought it, its end included. */
  renderAsStream(response: NeutralResponse, options: RenderResponseOptions & WriteStreamOptions): string;
  /** The content type of the caller's stream. */
  streamType(envelope?: RequestEnvelope): string;
  startWriting(options: WriteStreamOptions): State;
  /** The frames that a chunk becomes; none for what only another form can say. */
  writeChunk(state: State, chunk: NeutralChunk): readonly [State, string];
  /** What a complete answer still owes the caller: its end, its usage and whatever closes the stream. */
  writeTail(state: State, tail: StreamTail): string;
  collector(): Collector;
  /** A whole answer in the caller's dialect, without `usage.signalbox`, so that it can be kept; null where it cannot. */
  keptOf(response: NeutralResponse, usage: Usage): JsonObject | null;
  /** Reads what `keptOf` or a collector gave. */
  parseKept(body: unknown, options: ParseResponseOptions): NeutralResponse;
  renderError(error: SignalboxError): RenderedError;
  /**
   * An error as the last frame of a stream whose head has been sent: SDKs raise it. Needs no state, because the stream's writer may be
   * lost; `hasBegun` says whether any frame has left, and is true unless given.
   */
  renderErrorFrame(error: SignalboxError, envelope?: RequestEnvelope, hasBegun?: boolean): string;
};
