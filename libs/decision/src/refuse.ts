import type { Action, Decision, DecisionInput, GuardFacts, PolicyTrace } from "@signalbox/proto";
import { closestNames } from "./close-names.ts";
import { CIRCUIT_OPEN, OTHER_MODEL, OTHER_OPERATION } from "./filter-candidates.ts";
import { parseIndexRanges } from "./index-ranges.ts";
import { type AskedOutput, outputBound, ROOM_MIN_TOKENS } from "./output-bound.ts";
import { AUTO_FORMS } from "./parse-model.ts";
import type { PreparedDocuments } from "./prepare-documents.ts";

export type Refusal = Extract<Action, { kind: "refuse" }>;

const MESSAGE_MAX_CHARS = 1_024;

/** Rules that an operator has set, in contrast to what endpoints are and can. */
const OF_THE_POLICY = /^(policy|rule|key|kept):/;
const OF_A_RATE = /^(requests|tokens|concurrency):/;
const OF_A_BUDGET = /^budget:/;
const OF_ITS_LENGTH = /^(input|context)-length$/;

export function refuseUnknownStrategy(name: string): Refusal {
  return refusal("model-not-found", `There is no strategy '${name}'. Use one of ${AUTO_FORMS.join(", ")}.`);
}

export function refuseByPolicy(message: string): Refusal {
  return refusal("policy-refused", message);
}

/** A rule's throttle lets no more through now; null when none of the rules that apply is held up. */
export function refuseThrottled(
  throttled: DecisionInput["throttled"],
  trace: Omit<PolicyTrace, "arm"> | null,
): Refusal | null {
  if (throttled === undefined || trace === null) return null;
  const order = trace.obligations.find(({ kind, rule }) => kind === "throttle" && throttled.includes(rule));
  if (order?.kind !== "throttle") return null;
  const { rule, by, requestsPerMinute } = order;
  const text = `The policy's rule '${rule}' lets ${requestsPerMinute} requests a minute through for each ${by}.`;
  return refusal("rate-limited", text);
}

/** What the guardrails say may go no further; null when they say nothing of the kind. */
export function refuseByGuard(guard: GuardFacts | undefined): Refusal | null {
  if (guard?.action !== "block") return null;
  const types = guard.found.filter(({ action }) => action === "block").map(({ type, count }) => `${type} (${count})`);
  if (types.length === 0) return refusal("content-blocked", "The request holds more text than is looked through.");
  return refusal("content-blocked", `The request holds what may not be sent on: ${types.join(", ")}.`);
}

/** The name stands for nothing: says which names are close. */
export function refuseUnknownModel(name: string, documents: PreparedDocuments): Refusal {
  const close = closestNames(name, [...documents.familiesByName.keys()]);
  const hint = close.length === 0 ? "Use 'auto' to have one chosen." : `Did you mean ${listOf(close)}?`;
  return refusal("model-not-found", `The model '${name}' is not in the catalogue. ${hint}`);
}

/** Every endpoint is ruled out: what stands in the way decides which kind of refusal it is. */
export function refuseAll(model: string, excluded: Decision["excluded"], length: AskedLength): Refusal {
  const relevant = excluded.filter(({ rule }) => rule !== OTHER_MODEL);
  if (relevant.length === 0) return refusal("no-candidate", "The catalogue holds no endpoint.");
  if (relevant.every(({ rule }) => rule === OTHER_OPERATION)) {
    return refusal("model-not-found", `No endpoint for '${model}' serves requests of this kind.`);
  }
  const rules = relevant.map(({ rule, count }) => `${rule} (${count})`).join(", ");
  // The circuit is asked last: an endpoint that it keeps out could serve the request once it has recovered.
  if (relevant.some(({ rule }) => rule === CIRCUIT_OPEN)) {
    return refusal("none-healthy", `No endpoint that can serve '${model}' is healthy now. Ruled out by: ${rules}.`);
  }
  // What a request may cost is asked after that: with more left, one of these endpoints would have served it.
  const rate = relevant.find(({ rule }) => OF_A_RATE.test(rule));
  if (rate !== undefined) {
    return refusal("rate-limited", `The limit ${rate.rule} is reached for now. Ruled out by: ${rules}.`);
  }
  const budget = relevant.find(({ rule }) => OF_A_BUDGET.test(rule));
  if (budget !== undefined) {
    const name = budget.rule.replace(OF_A_BUDGET, "");
    return refusal(
      "budget-exceeded",
      `What is left of the budget '${name}' does not cover the request. Ruled out by: ${rules}.`,
    );
  }
  // Agents know a conversation that has grown too long by the first words, and shorten it.
  const tooShort = relevant.filter(({ rule }) => OF_ITS_LENGTH.test(rule));
  if (tooShort.length > 0) {
    return refusal("context-length-exceeded", `${tooLong(model, tooShort, length)} Ruled out by: ${rules}.`);
  }
  if (relevant.every(({ rule }) => OF_THE_POLICY.test(rule))) {
    return refusal("policy-refused", `The policy allows no endpoint for '${model}'. Ruled out by: ${rules}.`);
  }
  return refusal("no-candidate", `No endpoint for '${model}' can serve this request. Ruled out by: ${rules}.`);
}

/** What a prompt and its answer may come to. */
type AskedLength = {
  readonly inputTokens: number;
  readonly asked: AskedOutput;
  readonly documents: PreparedDocuments;
};

/**
 * Says which of the two is to be shorter, and by how much, in Anthropic's words, by which agents of its dialect lower their
 * bound by themselves. An endpoint without a context of its own is not ruled out by one.
 */
function tooLong(
  model: string,
  excluded: Decision["excluded"],
  { inputTokens, asked, documents }: AskedLength,
): string {
  const endpoints = excluded.flatMap(({ endpoints: ranges }) =>
    parseIndexRanges(ranges).flatMap((index) => documents.endpoints[index] ?? []),
  );
  const answer = asked.fromCaller ? 1 : ROOM_MIN_TOKENS;
  const rooms = endpoints.map(({ maxInputTokens, contextTokens }) =>
    Math.min(maxInputTokens, (contextTokens ?? Infinity) - answer),
  );
  const promptMax = Math.max(...rooms);
  const fitting = endpoints.filter((_, index) => asked.fromCaller && inputTokens <= rooms[index]!);
  const [widest] = fitting.toSorted((a, b) => (b.contextTokens ?? 0) - (a.contextTokens ?? 0));
  const whom = `for every endpoint of '${model}'`;
  if (widest?.contextTokens == null) {
    return `The prompt is too long ${whom}: about ${inputTokens} tokens > ${promptMax} maximum.`;
  }
  const { contextTokens: context } = widest;
  const { tokens } = outputBound(widest, asked, inputTokens);
  return (
    `The prompt is too long, with the answer that it asks for, ${whom}: input length and \`max_tokens\` exceed context limit: ` +
    `${inputTokens} + ${tokens} > ${context}. Ask for ${context - inputTokens} output tokens at the most, or shorten the prompt.`
  );
}

function refusal(code: Refusal["code"], message: string): Refusal {
  return { code, kind: "refuse", message: message.slice(0, MESSAGE_MAX_CHARS).toWellFormed() };
}

/** `'a', 'b' or 'c'`. */
function listOf(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((part) => part !== "").join(" or ");
}
