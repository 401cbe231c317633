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

/** How a dialect asks how many tokens a request has, and is told. */
export type CountForm = {
  parse(body: unknown, envelope: RequestEnvelope | null): NeutralRequest;
  render(inputTokens: number): JsonObject;
};

/** The dialects that have such a question. */
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
