import { type DecisionInput, type Endpoint, formOf, readsState } from "@signalbox/proto";
import { missingAbility, type Needs, needsOf } from "./abilities.ts";
import type { Candidate } from "./candidate.ts";
import { estimateCost } from "./estimate-cost.ts";
import { affordableOutput, type Means } from "./budget/means.ts";
import { type AskedOutput, outputBound, ROOM_MIN_TOKENS } from "./output-bound.ts";
import { costRule, type Narrowing, narrowingRule } from "./policy/narrow.ts";
import type { PreparedDocuments, PreparedEndpoint } from "./prepare-documents.ts";
import type { ResolvedModel } from "./resolve-model.ts";

export const CIRCUIT_OPEN = "health:circuit-open";
export const OTHER_MODEL = "pinned:other-model";
const ALL_AFFORDED = { tokens: Infinity, rule: "" };
export const OTHER_OPERATION = "operation";
/** It cannot read the signed state that the conversation carries, and another can. */
const SIGNED_STATE = "signed-state";
/** It speaks another dialect than the one that the request can be said in, and another does not. */
const OWN_FORM = "own-form";

export type Filtered = {
  readonly candidates: readonly Candidate[];
  /** By catalogue index: the rule that rules the endpoint out, or null when it is eligible. */
  readonly rules: readonly (string | null)[];
};

/** One decision's question to every endpoint. */
type FilterRequest = {
  readonly input: DecisionInput;
  readonly model: ResolvedModel;
  readonly asked: AskedOutput;
  /** What the policy's rules leave of the catalogue. */
  readonly narrowing: Narrowing;
  /** What budgets leave; null when the request is charged to none. */
  readonly means: Means | null;
};

/** Splits the catalogue into candidates and exclusions, each with the first rule that it breaks. */
export function filterCandidates(documents: PreparedDocuments, request: FilterRequest): Filtered {
  const needs = needsOf(request.input.classification, request.model.kind);
  const rules = documents.endpoints.map((prepared) => ruleAgainst(prepared, request, needs));
  const candidates: Candidate[] = [];
  for (const prepared of documents.endpoints) {
    if (rules[prepared.index] !== null) continue;
    const candidate = candidateOf(prepared, request);
    const tooDear = costRule(candidate, request.narrowing) ?? budgetRule(candidate, request);
    if (tooDear === null) candidates.push(candidate);
    else rules[prepared.index] = tooDear;
  }
  return { candidates: applyPreferences(candidates, request, rules), rules };
}

/** In this order, so that what the circuit excludes has passed everything else. */
function ruleAgainst(prepared: PreparedEndpoint, request: FilterRequest, needs: Needs): string | null {
  const { input, model, asked, narrowing } = request;
  if (model.kind === "pinned" && !model.families.includes(prepared.family)) return OTHER_MODEL;
  const { operation } = input.facts;
  if (!prepared.operations.includes(operation)) return OTHER_OPERATION;
  if (model.kind === "auto" && prepared.deprecated) return "deprecated";
  if (prepared.policyRule !== null) return prepared.policyRule;
  const narrowed = narrowing.checks.length === 0 ? null : narrowingRule(narrowing, prepared);
  if (narrowed !== null) return narrowed;
  const missing = missingAbility(needs, prepared.abilities);
  if (missing !== null) return missing;
  // The other operations bound each of their inputs, and not their sum.
  if (operation === "chat") {
    const { inputTokens } = input.classification;
    if (inputTokens > prepared.maxInputTokens) return "input-length";
    if (prepared.contextTokens !== null) {
      const tokens = inputTokens + outputBound(prepared, asked, inputTokens).tokens;
      if (tokens > prepared.contextTokens) return "context-length";
    }
  }
  return prepared.openUntilMs > input.nowMs ? CIRCUIT_OPEN : null;
}

function candidateOf(prepared: PreparedEndpoint, request: FilterRequest): Candidate {
  const { input, model, asked, narrowing, means } = request;
  const { endpoint } = prepared;
  const { task, difficulty, inputTokens } = input.classification;
  const quality = prepared.qualityByTask[task];
  const afforded = means === null ? ALL_AFFORDED : affordableOutput(prepared, means, request.input);
  const affordable = afforded.tokens;
  const bound = outputBound(prepared, asked, inputTokens).tokens;
  const output = (asked.fromCaller ? bound : Math.min(bound, affordable)) * input.facts.choices;
  return {
    index: prepared.index,
    endpoint,
    distance: model.kind === "auto" ? 2 : distanceOf(endpoint, model.name),
    preference: narrowing.preferenceOf === null ? 0 : narrowing.preferenceOf(prepared.index),
    quality: quality.value,
    qualitySource: quality.source,
    goodEnough: quality.value >= difficulty,
    affordable,
    affordableRule: afforded.rule,
    cost: estimateCost(endpoint.price, { input: inputTokens, output, asked: input.facts }),
    latencyMs: prepared.latencyMs,
    halfOpen: prepared.openUntilMs > 0,
  };
}

/** A bound that the caller did not set gives way to what is left, as long as that is worth an answer. */
function budgetRule(
  { endpoint, affordable, affordableRule }: Candidate,
  { input, asked, means }: FilterRequest,
): string | null {
  if (means === null || affordable === Infinity) return null;
  const { tokens } = outputBound(endpoint, asked, input.classification.inputTokens);
  const needed = asked.fromCaller ? tokens : Math.min(tokens, ROOM_MIN_TOKENS);
  return affordable >= needed ? null : affordableRule;
}

function distanceOf(endpoint: Endpoint, name: string): Candidate["distance"] {
  if (endpoint.id === name) return 0;
  return endpoint.model === name ? 1 : 2;
}

/** Rules that exclude an endpoint only while a better fitting one is left, so they never leave none. */
function applyPreferences(
  candidates: Candidate[],
  { input: { facts }, model, asked }: FilterRequest,
  rules: (string | null)[],
): Candidate[] {
  if (model.kind === "pinned") return candidates;
  const { signedState } = facts;
  const givesAll = ({ endpoint }: Candidate): boolean =>
    endpoint.maxOutputTokens === null || endpoint.maxOutputTokens >= asked.tokens;
  const excludeAs = (rule: string) => (index: number) => {
    rules[index] = rule;
  };
  const takesForm = ({ endpoint }: Candidate): boolean => formOf(endpoint.dialect) === facts.dialect;
  const whole = facts.ownForm === true ? preferring(candidates, takesForm, excludeAs(OWN_FORM)) : candidates;
  const reading =
    signedState === undefined
      ? whole
      : preferring(
          whole,
          ({ endpoint }) => signedState.every((state) => readsState(endpoint, state)),
          excludeAs(SIGNED_STATE),
        );
  const long = asked.fromCaller ? preferring(reading, givesAll, excludeAs("output-length")) : reading;
  if (model.strategy !== "cost") return long;
  return preferring(long, ({ cost }) => cost !== null, excludeAs("unpriced"));
}

function preferring(
  candidates: Candidate[],
  fits: (candidate: Candidate) => boolean,
  exclude: (index: number) => void,
): Candidate[] {
  if (candidates.every(fits) || !candidates.some(fits)) return candidates;
  for (const candidate of candidates) if (!fits(candidate)) exclude(candidate.index);
  return candidates.filter(fits);
}
