import type { DecisionInput } from "@signalbox/proto";
import { abilitiesOf } from "../abilities.ts";
import type { Candidate } from "../candidate.ts";
import type { PreparedEndpoint } from "../prepare-documents.ts";
import type { Coverage } from "./coverage.ts";
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
    ...require.flatMap((each) => requirementChecks(each, coverage)),
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
  return { ...narrowing, checks: [outside("key:models", scope.models, coverage), ...narrowing.checks] };
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
  const cover = coverage.ofAny(selectors);
  return { rule, excludes: ({ index }) => cover[index] !== 1 };
}

function inside(rule: string, selectors: readonly string[], coverage: Coverage): Check {
  const cover = coverage.ofAny(selectors);
  return { rule, excludes: ({ index }) => cover[index] === 1 };
}

function requirementChecks({ rule, value }: GatheredEffects["require"][number], coverage: Coverage): Check[] {
  const { regions, zeroRetention, openWeights, capabilities } = value;
  const checks: Check[] = [];
  if (regions !== undefined) {
    const cover = coverage.ofRegions(regions);
    checks.push({ rule: `rule:${rule}:region`, excludes: ({ index }) => cover[index] !== 1 });
  }
  if (zeroRetention === true) {
    checks.push({ rule: `rule:${rule}:zero-retention`, excludes: ({ endpoint }) => endpoint.retention !== "zero" });
  }
  if (openWeights === true) {
    checks.push({ rule: `rule:${rule}:open-weights`, excludes: ({ endpoint }) => !endpoint.openWeights });
  }
  if (capabilities !== undefined) {
    const needed = abilitiesOf({ inputs: [], capabilities });
    checks.push({ rule: `rule:${rule}:capability`, excludes: ({ abilities }) => (abilities & needed) !== needed });
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
