/** The API formats in which callers send their requests. */
export const DIALECTS = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "openai-completions",
] as const;
export type DialectName = (typeof DIALECTS)[number];

/** The API formats in which providers are called. */
export const WIRES = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "bedrock-converse",
  "azure-openai",
  "cohere-v2",
  "mistral",
] as const;
export type WireName = (typeof WIRES)[number];

/** The format of a wire's bodies. A request whose dialect is that format is passed on untranslated, and loses nothing. */
export function formOf(wire: WireName): DialectName | WireName {
  return wire === "azure-openai" ? "openai-chat" : wire;
}
