import { type NeutralRequest, renderFor } from "@signalbox/dialects";
import type { PlanEndpoint } from "@signalbox/proto";
import type { AttemptContext } from "./attempt.ts";
import { costPicoUsdOf, sumPicoUsd } from "./cost.ts";
import type { Execution } from "./execute.ts";
import type { Provider } from "./providers.ts";
import { translationOf } from "./translation.ts";

/** Where in its plan a request stands. */
export type Place = {
  readonly request: NeutralRequest;
  readonly provider: Provider;
  readonly endpoint: PlanEndpoint;
  readonly planIndex: number;
  readonly totalAtMs: number;
  /** On the attempts before this one. */
  readonly spent: readonly (string | null)[];
};

/** All that one call of a provider needs. Throws what the request may not ask of this provider's wire. */
export function prepareAttempt(execution: Execution, place: Place): AttemptContext {
  const { order } = execution;
  const { request, provider, endpoint, planIndex } = place;
  const bound = order.maxOutputTokens ?? request.maxOutputTokens;
  const { quirks } = provider;
  const rendering = { model: endpoint.upstreamModel, maxOutputTokens: order.maxOutputTokens, quirks };
  const rendered = renderFor(endpoint.dialect, request, rendering);
  const translation = translationOf(order.dialect, endpoint.dialect, rendered);
  return {
    ...execution,
    ...place,
    rendered,
    translation,
    serving: { endpoint, planIndex, translation: translation.header },
    dialect: order.dialect,
    includeUsage: order.route.includeUsage,
    collect: order.store !== null && request.stream,
    fallbackId: fallbackIdOf(execution),
    inputTokens: order.inputTokens,
    maxOutputTokens: bound === null ? null : bound * order.choices,
    noteOf: (usage) => ({
      decisionId: order.decisionId,
      endpoint: endpoint.endpoint,
      costPicoUsd: sumPicoUsd([...place.spent, costPicoUsdOf(usage, endpoint.price)]),
    }),
  };
}

/** What clients of each dialect know an answer by. */
const ID_PREFIX = {
  "openai-chat": "chatcmpl-",
  "openai-completions": "cmpl-",
  "openai-responses": "resp_",
  "anthropic-messages": "msg_",
  gemini: "",
} as const;

function fallbackIdOf({ order }: Execution): string {
  return `${ID_PREFIX[order.dialect]}${order.requestId}`;
}
