import {
  parseAnthropicCount,
  parseGeminiCount,
  parseResponsesCount,
  renderAnthropicCount,
  renderGeminiCount,
  renderResponsesCount,
  type JsonObject,
  type NeutralRequest,
  type RequestEnvelope,
} from "@signalbox/dialects";
import type { DialectName } from "@signalbox/proto";

/** A dialect's request to count tokens, and its answer. */
export type CountForm = {
  parse(body: unknown, envelope: RequestEnvelope | null): NeutralRequest;
  render(inputTokens: number): JsonObject;
};

/** The dialects that have such a request. */
export const COUNT_FORMS = {
  "anthropic-messages": {
    parse: (body, envelope) => parseAnthropicCount(body, envelope ?? undefined),
    render: renderAnthropicCount,
  },
  "openai-responses": { parse: parseResponsesCount, render: renderResponsesCount },
  gemini: {
    parse: (body, envelope) => parseGeminiCount(body, envelope ?? undefined),
    render: renderGeminiCount,
  },
} satisfies Partial<Record<DialectName, CountForm>>;
