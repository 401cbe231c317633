import { renderFor } from "../codecs.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "./parse-request.ts";

/** Models that think by effort, by budget with structured output, and not at all. */
export const NEW = "claude-opus-4-8";
export const OLD = "claude-sonnet-4-5";
export const FIRST = "claude-3-5-haiku";

const base = parseRequest({ model: "auto", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] });

type Rendered = {
  readonly body: { readonly [field: string]: unknown };
  /** The losses as lines of path, what and why. */
  readonly lost: readonly string[];
  readonly headers: object;
  readonly path: string;
};

/** A request of another form as this wire's provider gets it. */
export function render(change: Partial<NeutralRequest>, model = OLD, maxOutputTokens: number | null = 8192): Rendered {
  const request = { ...base, maxOutputTokens: null, source: { dialect: "openai-chat", body: {} }, ...change } as const;
  const { body, losses, ...rest } = renderFor("anthropic-messages", request, { model, maxOutputTokens });
  return { ...rest, body, lost: losses.map(({ path, what, why }) => `${path} ${what} ${why}`) };
}

export function say(role: "user" | "assistant" | "system", ...parts: NeutralPart[]): NeutralMessage {
  return { role, parts };
}

export function words(text: string): NeutralPart {
  return { kind: "text", text };
}

export const LOOK = {
  kind: "function",
  name: "look",
  description: "Looks.",
  parameters: { type: "object" },
  strict: null,
} as const;
