import type { MediaSource } from "./media-source.ts";
import type { ReasoningState } from "./reasoning-state.ts";
import type { BodyForm, JsonObject } from "./source.ts";

/** The prompt up to here is to be kept by the provider for requests that start the same. Null: for as long as the provider likes. */
export type CacheMark = { readonly ttl: "5m" | "1h" | null };

/** Where a piece of an answer's text comes from. */
export type NeutralAnnotation = {
  readonly kind: "url" | "document" | "file" | "other";
  readonly url: string | null;
  readonly title: string | null;
  /** The words that are cited. */
  readonly citedText: string | null;
  /** UTF-16 units in the text of the part, `end` excluded; null where the provider does not say. */
  readonly start: number | null;
  readonly end: number | null;
  /** The annotation as its provider wrote it. */
  readonly form: BodyForm;
  readonly body: JsonObject;
};

export type TextPart = {
  readonly kind: "text";
  readonly text: string;
  readonly annotations?: readonly NeutralAnnotation[];
  readonly cache?: CacheMark;
  /** Gemini signs parts of any kind. */
  readonly state?: ReasoningState;
};

export type ImagePart = {
  readonly kind: "image";
  readonly source: MediaSource;
  /** `low`, `high`, `original` or `auto`. */
  readonly detail: string | null;
  readonly cache?: CacheMark;
  readonly state?: ReasoningState;
};

export type AudioPart = {
  readonly kind: "audio";
  readonly source: MediaSource;
  /** What is said in it, where the provider that made it says so. */
  readonly transcript?: string;
  readonly cache?: CacheMark;
};

/** A PDF, a plain text or any other document, and also a video. */
export type FilePart = {
  readonly kind: "file";
  readonly source: MediaSource;
  readonly name: string | null;
  /** What the document is, said beside it and not cited from. */
  readonly context?: string;
  /** Whether the answer is to cite from it. */
  readonly citations?: boolean;
  readonly cache?: CacheMark;
};

type RefusalPart = { readonly kind: "refusal"; readonly text: string };

/** `text` is what may be shown: the thoughts, or the provider's summary of them; empty where nothing may. */
export type ReasoningPart = {
  readonly kind: "reasoning";
  readonly text: string;
  /** Of an item that the provider knows by its id. */
  readonly id?: string;
  readonly state?: ReasoningState;
};

export type ToolCallPart = {
  readonly kind: "tool-call";
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, which need not parse; the input as it stands, of a custom tool. */
  readonly arguments: string;
  /** Set when the tool takes free text rather than JSON. */
  readonly custom?: true;
  readonly cache?: CacheMark;
  readonly state?: ReasoningState;
};

/** A part that only its own form understands, such as the work of a provider's own tool. */
export type OtherPart = {
  readonly kind: "other";
  readonly type: string;
  readonly form: BodyForm;
  readonly body: JsonObject;
};

export type NeutralPart =
  | TextPart
  | ImagePart
  | AudioPart
  | FilePart
  | RefusalPart
  | ReasoningPart
  | ToolCallPart
  | OtherPart;

/** All text of a message, without a separator; null when it has no part of text. */
export function textOf(parts: readonly NeutralPart[]): string | null {
  return joined(parts, "text");
}

export function refusalOf(parts: readonly NeutralPart[]): string | null {
  return joined(parts, "refusal");
}

/** All visible reasoning; null when there is none to be seen. */
export function reasoningOf(parts: readonly NeutralPart[]): string | null {
  return joined(parts, "reasoning") || null;
}

export function toolCallsOf(parts: readonly NeutralPart[]): readonly ToolCallPart[] {
  return parts.filter((part) => part.kind === "tool-call");
}

function joined(parts: readonly NeutralPart[], kind: "text" | "refusal" | "reasoning"): string | null {
  let text: string | null = null;
  for (const part of parts) if (part.kind === kind) text = text === null ? part.text : text + part.text;
  return text;
}

/** UTF-16 units of what a model generated in these parts. */
export function generatedChars(parts: readonly NeutralPart[]): number {
  let chars = 0;
  for (const part of parts) {
    if (part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning") chars += part.text.length;
    else if (part.kind === "tool-call") chars += part.name.length + part.arguments.length;
  }
  return chars;
}
