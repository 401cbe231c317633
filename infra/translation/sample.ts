import type { DialectName } from "@signalbox/proto";

/** The dialects that a conversation can be said in; legacy completions hold a text alone. */
export type SpokenDialect = Exclude<DialectName, "openai-completions">;

/** What a request can hold, and how each dialect says it: fields that join the smallest request, or stand in for its own. */
export type Sample = {
  readonly feature: string;
  /** Absent: the dialect has no words for it. */
  readonly said: Partial<Record<SpokenDialect, Readonly<Record<string, unknown>>>>;
};

/** The smallest request of each dialect. */
export const PLAIN: Readonly<Record<SpokenDialect, Readonly<Record<string, unknown>>>> = {
  "openai-chat": { model: "m", messages: [{ role: "user", content: "Hello" }] },
  "openai-responses": { model: "m", input: "Hello" },
  "anthropic-messages": { model: "m", max_tokens: 1_024, messages: [{ role: "user", content: "Hello" }] },
  gemini: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
};

export const BASE64 = "AAAA";

/** The one message of the user's, made of parts. */
export function chatParts(...content: object[]): { messages: object[] } {
  return { messages: [{ role: "user", content: [{ type: "text", text: "Look" }, ...content] }] };
}

export function responsesParts(...content: object[]): { input: object[] } {
  return { input: [{ role: "user", content: [{ type: "input_text", text: "Look" }, ...content] }] };
}

export function geminiParts(...parts: object[]): { contents: object[] } {
  return { contents: [{ role: "user", parts: [{ text: "Look" }, ...parts] }] };
}

export function geminiConfig(generationConfig: object): { generationConfig: object } {
  return { generationConfig };
}
