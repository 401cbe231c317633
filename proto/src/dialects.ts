/** The formats that callers speak to us. */
export const DIALECTS = [
  "openai-chat",
  "openai-responses",
  "anthropic-messages",
  "gemini",
  "openai-completions",
] as const;
export type DialectName = (typeof DIALECTS)[number];

/** The formats that we speak to providers. */
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

/** The form of a wire's bodies. A request of a caller who speaks that form is not translated, and loses nothing. */
export function formOf(wire: WireName): DialectName | WireName {
  return wire === "azure-openai" ? "openai-chat" : wire;
}
