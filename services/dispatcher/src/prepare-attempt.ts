import { ingressOf, type NeutralRequest, type WriteStreamOptions } from "@signalbox/dialects";
import { type PlanEndpoint, SignalboxError, type TranslationLoss } from "@signalbox/proto";
import type { AttemptContext } from "./attempt.ts";
import { billedUsage } from "./billed-usage.ts";
import { costPicoUsdOf, sumPicoUsd } from "./cost.ts";
import type { Execution } from "./execute.ts";
import { renderAllowed } from "./render-allowed.ts";
import { translationOf } from "./translation.ts";
import type { ReadyTurn, Turn } from "./walk-plan.ts";

/** Where in its plan a request stands. */
type Place = Turn & { readonly request: NeutralRequest };

/** With `refused`, the endpoint is not to be called. */
type PreparedAttempt = AttemptContext & Pick<ReadyTurn, "refused">;

/** All that one call of a provider needs. Throws what the request may not ask of this provider's wire. */
export function prepareAttempt(execution: Execution, place: Place): PreparedAttempt {
  const { order } = execution;
  const { request, provider, endpoint, planIndex } = place;
  const cap = endpoint.maxOutputTokens ?? order.maxOutputTokens;
  const bound = cap ?? request.maxOutputTokens;
  const { quirks, apiVersion } = provider;
  const rendering = {
    model: endpoint.upstreamModel,
    maxOutputTokens: cap,
    quirks,
    ...(apiVersion === null ? {} : { apiVersion }),
  };
  const rendered = renderAllowed(endpoint.dialect, request, { betas: provider.betas, rendering });
  const translation = translationOf(order.dialect, endpoint.dialect, rendered);
  const isRefused = order.translation === "enforce" && rendered.losses.length > 0;
  return {
    ...execution,
    ...place,
    ...(isRefused ? { refused: wouldLose(endpoint, rendered.losses) } : {}),
    rendered,
    translation,
    serving: { endpoint, planIndex, translation: translation.header, contentType: "" },
    dialect: order.dialect,
    writing: writingOf(execution, request),
    collect: order.store !== null && request.stream,
    fallbackId: ownIdOf(order),
    inputTokens: order.inputTokens,
    maxOutputTokens: bound === null ? null : bound * order.choices,
    noteOf: (usage) => ({
      decisionId: order.decisionId,
      endpoint: endpoint.endpoint,
      costPicoUsd: sumPicoUsd([...place.spent, costPicoUsdOf(billedUsage(usage), endpoint.price)]),
    }),
  };
}

/** What the caller's stream or answer is written with beside its content. */
function writingOf({ order, guard }: Execution, request: NeutralRequest): WriteStreamOptions {
  const { envelope } = request.source;
  const said = ingressOf(order.dialect).echoOf?.(request);
  const echo = guard === null ? said : guard.restored(said);
  return {
    includeUsage: order.route.includeUsage,
    inputTokens: order.inputTokens,
    answerId: ownIdOf(order),
    ...(envelope === undefined ? {} : { envelope }),
    ...(echo === undefined ? {} : { echo }),
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

function ownIdOf(order: Execution["order"]): string {
  return `${ID_PREFIX[order.dialect]}${order.requestId}`;
}

const NAMED_LOSSES = 5;

function wouldLose({ endpoint, dialect }: PlanEndpoint, losses: readonly TranslationLoss[]): SignalboxError {
  const named = losses.slice(0, NAMED_LOSSES).map(({ path, what }) => `${path} (${what})`);
  const more = losses.length > NAMED_LOSSES ? ` and ${losses.length - NAMED_LOSSES} more` : "";
  return new SignalboxError(
    "unprocessable",
    `${endpoint} speaks ${dialect}, which cannot carry ${named.join(", ")}${more}, and the policy forbids to leave anything out.`,
  );
}
