import type {
  Catalogue,
  Classification,
  Decision,
  DecisionEvent,
  Obligation,
  PolicyTrace,
  RankedEndpoint,
  RequestFacts,
} from "@signalbox/proto";
import { formatCount, formatMicro, formatMs, formatUsd } from "./format-figures.ts";
import { parseIndexRanges } from "./index-ranges.ts";

/** Endpoints of one exclusion that are named when the catalogue is at hand. */
const NAMED_MAX = 3;

/**
 * A decision in a few readable lines: what was asked, what was chosen, why, what was ruled out and by which rule, the
 * estimated cost and the time of each stage. With the catalogue that the decision names, exclusions name endpoints.
 */
export function explain(event: DecisionEvent, catalogue?: Catalogue): string[] {
  return [
    sentence("Asked", asked(event)),
    sentence("Chosen", chosen(event.decision)),
    sentence("Why", why(event.decision)),
    ...(event.decision.policy === undefined ? [] : [sentence("Policy", rulesOf(event.decision.policy))]),
    sentence("Ruled out", ruledOut(event.decision, catalogue)),
    sentence("Cost", cost(event.decision)),
    sentence("Time", time(event)),
  ];
}

/** A caller's model name may hold anything: what would steer a terminal is replaced. */
function sentence(title: string, text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, "\ufffd");
  return `${title}: ${line}${/[.?!]$/.test(line) ? "" : "."}`;
}

function asked({ input }: DecisionEvent): string {
  const { facts, classification } = input;
  const needs = [...classification.capabilities, ...classification.modalities.filter((name) => name !== "text")];
  return [
    ...requested(facts, classification),
    `about ${formatCount(classification.inputTokens)} prompt tokens`,
    ...(facts.cacheMarks === undefined ? [] : [`asks to keep the prompt for ${facts.cacheMarks}`]),
    ...(facts.serviceTier === undefined ? [] : [`asks for ${facts.serviceTier} service`]),
    ...(facts.usOnly === undefined ? [] : ["asks for the United States alone"]),
    ...(facts.signedState ?? []).map(({ wire, kinds }) => `carries state of ${wire} (${kinds.join(", ")})`),
    ...(needs.length === 0 ? [] : [`needs ${needs.join(", ")}`]),
  ].join(", ");
}

/** How hard it is is asked of chats alone. */
function requested({ model, operation }: RequestFacts, { task, difficulty, tier }: Classification): string[] {
  if (operation !== "chat") return [`${model} for ${operation}`];
  return [`${model} for ${task}`, `difficulty ${formatMicro(difficulty)} (${tier})`];
}

function chosen({ action }: Decision): string {
  if (action.kind === "serve-cached") return `the cached answer ${action.entryId} of ${action.endpoint}`;
  if (action.kind === "refuse") return `none (${action.code})`;
  const [first, ...fallbacks] = action.plan;
  const bound = `at most ${formatCount(action.maxOutputTokens)} output tokens (${action.maxOutputSource})`;
  if (fallbacks.length === 0) return `${first}, no fallback, ${bound}`;
  return `${first}, falling back to ${fallbacks.join(", then ")}, ${bound}`;
}

function why(decision: Decision): string {
  const { action, ranked, requiredQuality, eligible } = decision;
  if (action.kind === "refuse") return action.message;
  if (action.kind === "serve-cached") return "the same request was answered before, by an endpoint that may serve it";
  const [first] = ranked;
  const quality = first === undefined ? "" : qualityOf(first);
  const choices = `${formatCount(eligible)} eligible of ${formatCount(decision.considered)} endpoints`;
  switch (decision.reason) {
    case "cheapest-good-enough":
      return `the cheapest whose ${quality} is good enough for ${formatMicro(requiredQuality)}; ${choices}`;
    case "none-good-enough":
      return `none reaches quality ${formatMicro(requiredQuality)}, so the best, with ${quality}; ${choices}`;
    case "policy-draw":
      return `a rule of the policy drew it, with ${quality}; ${choices}`;
    case "half-open-probe":
      return `its circuit was open, and this request tries whether it has recovered; ${choices}`;
    default:
      return `${decision.reason.replaceAll("-", " ")}, with ${quality}; ${choices}`;
  }
}

function qualityOf({ quality, qualitySource }: RankedEndpoint): string {
  return `quality ${formatMicro(quality)} (${qualitySource})`;
}

function rulesOf({ applied, failed, arm, tags, obligations }: PolicyTrace): string {
  const rules = applied.map(({ rule, effects, overridden }) => {
    const late = overridden.length === 0 ? "" : `, too late for ${overridden.join(", ")}`;
    return `${rule} (${effects.length === 0 ? "nothing" : effects.join(", ")}${late})`;
  });
  return [
    rules.length === 0 ? "no rule applied" : rules.join(", then "),
    ...(arm === null ? [] : [`drew ${arm.arm} of ${arm.rule}, which ${formatMicro(arm.share)} of requests draw`]),
    ...(failed.length === 0 ? [] : [`the condition of ${failed.join(", ")} could not be computed`]),
    ...(tags.length === 0 ? [] : [`tagged ${tags.join(", ")}`]),
    ...obligations.map(obligationOf),
  ].join("; ");
}

/** An obligation is what was ordered; whether somebody carried it out stands elsewhere. */
function obligationOf(obligation: Obligation): string {
  if (obligation.kind === "redact") return `orders to redact ${obligation.types.join(", ")}`;
  if (obligation.kind === "custom") return `orders ${obligation.name}: ${obligation.value}`;
  return `orders at most ${formatCount(obligation.requestsPerMinute)} requests a minute for each ${obligation.by}`;
}

function ruledOut({ excluded }: Decision, catalogue: Catalogue | undefined): string {
  if (excluded.length === 0) return "nothing";
  return excluded.map((group) => `${formatCount(group.count)} by ${group.rule}${names(group, catalogue)}`).join("; ");
}

function names(group: Decision["excluded"][number], catalogue: Catalogue | undefined): string {
  if (catalogue === undefined) return "";
  const ids = parseIndexRanges(group.endpoints).slice(0, NAMED_MAX);
  const known = ids.map((index) => catalogue.endpoints[index]?.id ?? `#${index}`);
  return ` (${known.join(", ")}${group.count > known.length ? ", …" : ""})`;
}

function cost({ action, ranked, reserved = [] }: Decision): string {
  if (action.kind === "serve-cached") return "nothing, the answer is kept";
  if (action.kind === "refuse") return "nothing, no endpoint was called";
  const first = ranked.find(({ endpoint }) => endpoint === action.plan[0]);
  if (first === undefined || first.costPicoUsd === null) return "unpriced, the endpoint has no known price";
  const budgets = reserved.map(({ budget }) => budget);
  // The estimate is at the default bound, which endpoints can be compared by.
  const most = action.maxOutputSource === "model" ? "about" : "at most";
  return `${most} ${formatUsd(first.costPicoUsd)}${budgets.length === 0 ? "" : `, reserved of ${budgets.join(", ")}`}`;
}

function time({ timing }: DecisionEvent): string {
  const { classifyUs, lookupUs, decideUs } = timing;
  return `classify ${formatMs(classifyUs)}, cache lookup ${formatMs(lookupUs)}, decide ${formatMs(decideUs)}`;
}
