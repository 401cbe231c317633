import type { SignalboxError } from "@signalbox/proto";

/** OpenAI's word for a prompt that is longer than the model's context, which clients of its dialects wait for. */
export const CONTEXT_OVERFLOW = "context_length_exceeded";

/** What providers say of such a prompt, each in its own words. */
const SAYS = new RegExp(
  [
    // OpenAI, vLLM, DeepSeek, OpenRouter, Azure, xAI.
    String.raw`\bmaximum (?:context|prompt) length\b`,
    // Anthropic; Mistral.
    String.raw`\bprompt is too long\b|\bprompt contains \d+ tokens\b|\btoo large for model\b`,
    String.raw`\bexceed(?:s|ed)? (?:the )?(?:model(?:'s)? )?(?:maximum )?context (?:limit|length|window|size)\b`,
    // Gemini; Bedrock; Cohere.
    String.raw`\binput token count\b.*\bexceeds the maximum\b|^Input is too long\b|\binput is too long for requested model\b`,
    String.raw`\btoo many tokens: `,
    // Groq; Alibaba; Moonshot; Z.AI; MiniMax.
    String.raw`\breduce the length of the messages\b|\bRange of input length should be\b|\bexceeded model token limit\b`,
    String.raw`^Prompt exceeds max length\b|\bcontext window exceeds limit\b`,
    // Vertex; Nova and Titan on Bedrock; GitHub's models.
    String.raw`\binput token count is \d+ but model only supports\b|^Input Tokens Exceeded\b|^Too many input tokens\b`,
    String.raw`^Request body too large for .{1,128} model\b`,
    // TGI, Together; vLLM; SGLang; llama.cpp, LM Studio, Ollama.
    String.raw`\binputs.? (?:must have less than \d+ tokens|tokens \+ .{1,32} must be <=)`,
    String.raw`\blonger than the (?:maximum model length|(?:model's )?context length)\b|\bexceeds the maximum allowed length\b`,
    String.raw`\bexceeds the available context size\b|\b(?:greater|more) than the context length\b|\bcontext the overflows\b`,
    String.raw`\bexceeded max context length\b|^Prompt tokens limit exceeded\b`,
  ].join("|"),
  "i",
);

/** Whether a provider refused a prompt because it is longer than the model's context: another model may take it, and agents shorten it. */
export function isContextOverflow({ code, message, details }: SignalboxError): boolean {
  if (code !== "upstream-invalid-request") return false;
  return (
    details.upstreamCode === CONTEXT_OVERFLOW ||
    details.upstreamType === "exceed_context_size_error" ||
    SAYS.test(message)
  );
}
