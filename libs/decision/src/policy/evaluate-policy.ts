import type {
  DecisionInput,
  Obligation,
  PolicyDocument,
  PolicyEffect,
  PolicyEffects,
  PolicyRule,
  PolicyTrace,
} from "@signalbox/proto";
import type { CompiledPolicy, CompiledRule } from "./compile-policy.ts";
import type { ConditionScope } from "./condition.ts";
import { localTime } from "./local-time.ts";
import { type GatheredEffects, gatherEffects, NO_EFFECTS } from "./gather-effects.ts";
import { bindVariables } from "./variables.ts";

/** What becomes of a request by the rules, before any endpoint is looked at. */
export type PolicyVerdict = {
  /** The rule that refuses the request, `null` when it is none of them that does. */
  readonly denied: { readonly rule: string | null; readonly message: string } | null;
  readonly effects: GatheredEffects;
  /** null when the policy has no rules. */
  readonly trace: Omit<PolicyTrace, "arm"> | null;
};

const NO_POLICY: PolicyVerdict = { denied: null, effects: NO_EFFECTS, trace: null };

const NOT_ALLOWED = "No rule of the policy allows this request.";

/** Effects that narrow what a request may do: a rule with one of them holds also when its condition cannot be computed. */
const RESTRICTING: readonly PolicyEffect[] = [
  "deny",
  "pin",
  "route",
  "only",
  "exclude",
  "require",
  "maxOutputTokens",
  "maxCostPicoUsd",
  "redact",
  "throttle",
];

/** Looks at the rules in order. */
export function evaluatePolicy(
  input: DecisionInput,
  policy: PolicyDocument,
  compiled: CompiledPolicy & { readonly healthy: ConditionScope["healthy"] },
): PolicyVerdict {
  if (!compiled.active) return NO_POLICY;
  const scope: ConditionScope = {
    variables: bindVariables(input),
    signals: input.context?.signals ?? {},
    minuteOfDay: localTime(input.nowMs, input.context?.utcOffsetMinutes ?? 0).minuteOfDay,
    healthy: compiled.healthy,
  };
  const failed: string[] = [];
  const holding: PolicyRule[] = [];
  for (const { rule, condition } of compiled.rules) {
    const held = holds({ rule, condition }, scope, failed);
    if (!held) continue;
    holding.push(rule);
    const { deny, allow } = rule.effects;
    if (deny !== undefined || allow === true || rule.final || policy.match === "first") break;
  }
  const { effects, applied } = gatherEffects(holding);
  const last = holding.at(-1);
  const refusal = last?.effects.deny;
  const denied =
    refusal !== undefined && last !== undefined
      ? { rule: last.name, message: refusal }
      : policy.otherwise === "deny" && last?.effects.allow !== true
        ? { rule: null, message: NOT_ALLOWED }
        : null;
  const trace = { applied, failed, tags: tagsOf(holding), obligations: holding.flatMap(obligationsOf) };
  return { denied, effects, trace };
}

function holds({ rule, condition }: CompiledRule, scope: ConditionScope, failed: string[]): boolean {
  if (condition === null) return true;
  try {
    return condition(scope);
  } catch {
    failed.push(rule.name);
    return RESTRICTING.some((effect) => rule.effects[effect] !== undefined);
  }
}

function tagsOf(rules: readonly PolicyRule[]): string[] {
  return [...new Set(rules.flatMap(({ effects }) => effects.tag ?? []))];
}

function obligationsOf({ name: rule, effects }: PolicyRule): Obligation[] {
  const { redact, throttle, obligations = {} } = effects;
  return [
    ...(redact === undefined ? [] : [{ kind: "redact" as const, rule, types: redact }]),
    ...(throttle === undefined ? [] : [throttledBy(rule, throttle)]),
    ...Object.entries(obligations).map(([name, value]) => ({ kind: "custom" as const, name, rule, value })),
  ];
}

function throttledBy(rule: string, { by, requestsPerMinute }: NonNullable<PolicyEffects["throttle"]>): Obligation {
  return { by, kind: "throttle", requestsPerMinute, rule };
}
