import type { RequestFacts } from "@signalbox/proto";

/** The wire formats that this library has a codec for. */
export const DIALECTS = ["openai-chat"] as const;
export type DialectName = (typeof DIALECTS)[number];

/** A JSON object as it was read from a wire: its fields are checked where they are used. */
export type JsonObject = { readonly [field: string]: unknown };

/** Where a neutral form was read from. Rendering to the same dialect overlays `body`, so fields that nobody knows travel on. */
export type Source = { readonly dialect: DialectName; readonly body: JsonObject };

export type NeutralPart =
  | { readonly kind: "text"; readonly text: string }
  /** `url` is `https:`, `http:` or a `data:` URL with the bytes in base64. */
  | { readonly kind: "image"; readonly url: string; readonly detail: string | null }
  /** `data` is base64. */
  | { readonly kind: "audio"; readonly data: string; readonly format: string }
  | { readonly kind: "file"; readonly id: string | null; readonly data: string | null; readonly name: string | null }
  | { readonly kind: "refusal"; readonly text: string }
  /** A part that only its own dialect understands. */
  | { readonly kind: "other"; readonly type: string };

export type NeutralToolCall = {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, which need not parse. */
  readonly arguments: string;
};

export type NeutralMessage = {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool";
  readonly parts: readonly NeutralPart[];
  readonly toolCalls: readonly NeutralToolCall[];
  /** Of a tool's result: the call that it answers; null elsewhere and for the legacy `function` role. */
  readonly callId: string | null;
};

export type NeutralTool = {
  readonly kind: "function" | "custom" | "other";
  readonly name: string | null;
  readonly description: string | null;
  /** JSON Schema, or null. */
  readonly parameters: JsonObject | null;
};

export type NeutralResponseFormat =
  | { readonly kind: "text" }
  | { readonly kind: "json-object" }
  | { readonly kind: "json-schema"; readonly name: string; readonly schema: JsonObject | null };

/** A chat request in no vendor's words. It holds what the line reads; all else stays in `source.body`. */
export type NeutralRequest = {
  readonly source: Source;
  readonly model: string;
  readonly messages: readonly NeutralMessage[];
  readonly tools: readonly NeutralTool[];
  /** Whether the caller asks for parallel tool calls in so many words; null when the request does not say. */
  readonly parallelTools: boolean | null;
  readonly responseFormat: NeutralResponseFormat;
  readonly stream: boolean;
  /** Whether the caller asked for a usage chunk at the end of a stream. */
  readonly includeUsage: boolean;
  readonly choices: number;
  /** The caller's bound on output tokens for each choice. */
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly seed: number | null;
  readonly logprobs: boolean;
  readonly reasoningEffort: RequestFacts["reasoningEffort"];
  readonly user: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
};
