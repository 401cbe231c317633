import type { DecisionInput, PolicyRequirement } from "@signalbox/proto";
import { abilitiesOf } from "../abilities.ts";
import type { Candidate } from "../candidate.ts";
import type { PreparedEndpoint } from "../prepare-documents.ts";
import type { Cover, Coverage } from "./coverage.ts";
import type { From, GatheredEffects } from "./gather-effects.ts";

type Check = { readonly rule: string; readonly excludes: (prepared: PreparedEndpoint) => boolean };

/** What rules leave of the catalogue for one request. */
export type Narrowing = {
  readonly checks: readonly Check[];
  readonly maxCost: From<bigint> | null;
  /** By catalogue index; null when no rule prefers anything. */
  readonly preferenceOf: ((index: number) => number) | null;
};

const NOTHING: Narrowing = { checks: [], maxCost: null, preferenceOf: null };

/** A group that is chosen within instead of what the caller named, and what put it there. */
export type RouteTarget = { readonly group: string; readonly rule: string };

export function narrow(effects: GatheredEffects, coverage: Coverage, target: RouteTarget | null): Narrowing {
  const { only, exclude, require, prefer, maxCostPicoUsd } = effects;
  const checks = [
    ...(target === null ? [] : [outside(target.rule, coverage.groupMembers(target.group), coverage)]),
    ...only.map(({ rule, value }) => outside(`rule:${rule}:only`, value, coverage)),
    ...exclude.map(({ rule, value }) => inside(`rule:${rule}:exclude`, value, coverage)),
    ...require.flatMap(({ rule, value }) => requirementChecks(`rule:${rule}`, value, coverage)),
  ];
  const orders = [
    ...(target === null ? [] : [coverage.groupMembers(target.group)]),
    ...(prefer === null ? [] : [prefer.value]),
  ];
  if (checks.length === 0 && orders.length === 0 && maxCostPicoUsd === null) return NOTHING;
  return { checks, maxCost: maxCostPicoUsd, preferenceOf: orders.length === 0 ? null : preference(orders, coverage) };
}

/** The same for a key that may not use everything. */
export function withinScope(narrowing: Narrowing, scope: DecisionInput["keyScope"], coverage: Coverage): Narrowing {
  if (scope === undefined) return narrowing;
  const { models, routes, endpoints, regions } = scope;
  const checks = [
    ...(models === undefined ? [] : [outside("key:models", models, coverage)]),
    ...(routes === undefined
      ? []
      : [
          outside(
            "key:routes",
            routes.map((group) => `group:${group}`),
            coverage,
          ),
        ]),
    ...(endpoints === undefined ? [] : [notIn("key:endpoints", coverage.ofIds(endpoints))]),
    ...(regions === undefined ? [] : [notIn("key:regions", coverage.ofRegions(regions))]),
  ];
  return { ...narrowing, checks: [...checks, ...narrowing.checks] };
}

/** The first rule that rules the endpoint out, or null. */
export function narrowingRule({ checks }: Narrowing, prepared: PreparedEndpoint): string | null {
  for (const { rule, excludes } of checks) if (excludes(prepared)) return rule;
  return null;
}

/** A cost that is not known cannot be promised to stay below a cap. */
export function costRule({ cost }: Candidate, { maxCost }: Narrowing): string | null {
  if (maxCost === null || (cost !== null && cost <= maxCost.value)) return null;
  return `rule:${maxCost.rule}:max-cost`;
}

function outside(rule: string, selectors: readonly string[], coverage: Coverage): Check {
  return notIn(rule, coverage.ofAny(selectors));
}

function notIn(rule: string, cover: Cover): Check {
  return { rule, excludes: ({ index }) => cover[index] !== 1 };
}

function inside(rule: string, selectors: readonly string[], coverage: Coverage): Check {
  const cover = coverage.ofAny(selectors);
  return { rule, excludes: ({ index }) => cover[index] === 1 };
}

/** The same for a conversation that is held to what its earlier decisions required. */
export function withinResidency(
  narrowing: Narrowing,
  residency: DecisionInput["residency"],
  coverage: Coverage,
): Narrowing {
  if (residency === undefined) return narrowing;
  const checks = residency.flatMap((each) => requirementChecks("kept", each, coverage));
  return { ...narrowing, checks: [...checks, ...narrowing.checks] };
}

function requirementChecks(by: string, value: PolicyRequirement, coverage: Coverage): Check[] {
  const { regions, zeroRetention, noTraining, openWeights, capabilities } = value;
  const checks: Check[] = [];
  if (regions !== undefined) {
    checks.push(notIn(`${by}:region`, coverage.ofRegions(regions)));
  }
  if (zeroRetention === true) {
    checks.push({ rule: `${by}:zero-retention`, excludes: ({ endpoint }) => endpoint.retention !== "zero" });
  }
  if (noTraining === true) {
    checks.push({ rule: `${by}:no-training`, excludes: ({ endpoint }) => endpoint.training !== "never" });
  }
  if (openWeights === true) {
    checks.push({ rule: `${by}:open-weights`, excludes: ({ endpoint }) => !endpoint.openWeights });
  }
  if (capabilities !== undefined) {
    const needed = abilitiesOf({ inputs: [], capabilities });
    checks.push({ rule: `${by}:capability`, excludes: ({ abilities }) => (abilities & needed) !== needed });
  }
  return checks;
}

/** Earlier orders weigh more; what an order does not name comes after all that it names. */
function preference(orders: readonly (readonly string[])[], coverage: Coverage): (index: number) => number {
  const ranks = orders.map((selectors) => selectors.map((selector) => coverage.of(selector)));
  return (index) =>
    ranks.reduce((sum, covers) => {
      const at = covers.findIndex((cover) => cover[index] === 1);
      return sum * (covers.length + 1) + (at === -1 ? covers.length : at);
    }, 0);
}
