import type { JsonObject } from "../neutral/source.ts";

export { parseAnthropicCount } from "./parse-request.ts";

/** The answer to a caller that asked for a count. */
export function renderAnthropicCount(inputTokens: number): JsonObject {
  return { input_tokens: inputTokens };
}
