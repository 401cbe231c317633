import type { PolicyEffect, PolicyEffects, PolicyRule, PolicyTrace } from "@signalbox/proto";

/** An effect and the rule that it comes from. */
export type From<T> = { readonly rule: string; readonly value: T };

type Field<K extends PolicyEffect> = NonNullable<PolicyEffects[K]>;

/** The effects of all rules that apply, with the conflicts between them resolved. */
export type GatheredEffects = {
  /** Had once: the first rule's. */
  readonly pin: From<string> | null;
  readonly route: From<string> | null;
  readonly prefer: From<Field<"prefer">> | null;
  /** `weights` or `split`, whichever came first. */
  readonly draw: From<Pick<PolicyEffects, "weights" | "split">> | null;
  readonly strategy: From<Field<"strategy">> | null;
  readonly fallbacks: From<Field<"fallbacks">> | null;
  readonly cache: From<Field<"cache">> | null;
  /** All of them hold. */
  readonly only: readonly From<Field<"only">>[];
  readonly exclude: readonly From<Field<"exclude">>[];
  readonly require: readonly From<Field<"require">>[];
  /** The smallest. */
  readonly maxOutputTokens: From<number> | null;
  readonly maxCostPicoUsd: From<bigint> | null;
};

export const NO_EFFECTS: GatheredEffects = {
  pin: null,
  route: null,
  prefer: null,
  draw: null,
  strategy: null,
  fallbacks: null,
  cache: null,
  only: [],
  exclude: [],
  require: [],
  maxOutputTokens: null,
  maxCostPicoUsd: null,
};

/** The slot that an effect competes for; two effects of one slot cannot both be had. */
const SLOTS: Partial<Record<PolicyEffect, string>> = {
  pin: "target",
  route: "target",
  prefer: "prefer",
  weights: "draw",
  split: "draw",
  strategy: "strategy",
  fallbacks: "fallbacks",
  cache: "cache",
};

/** In this order they stand on the record. */
const EFFECTS: readonly PolicyEffect[] = [
  "allow",
  "deny",
  "pin",
  "route",
  "only",
  "exclude",
  "require",
  "prefer",
  "weights",
  "split",
  "strategy",
  "fallbacks",
  "maxOutputTokens",
  "maxCostPicoUsd",
  "cache",
  "redact",
  "throttle",
  "tag",
  "obligations",
];

/** Of rules in the order in which they apply. */
export function gatherEffects(rules: readonly PolicyRule[]): {
  effects: GatheredEffects;
  applied: PolicyTrace["applied"];
} {
  const taken = new Set<string>();
  const applied = rules.map(({ name: rule, effects }) => {
    const had: PolicyEffect[] = [];
    const overridden: PolicyEffect[] = [];
    for (const effect of EFFECTS) {
      if (effects[effect] === undefined) continue;
      const slot = SLOTS[effect];
      if (slot !== undefined && taken.has(slot)) overridden.push(effect);
      else had.push(effect);
      if (slot !== undefined) taken.add(slot);
    }
    return { effects: had, overridden, rule };
  });
  const hadBy = rules.map(({ name, effects }, at) => ({ name, effects, had: applied[at]?.effects ?? [] }));
  const all = <K extends PolicyEffect>(key: K): From<Field<K>>[] =>
    hadBy.flatMap(({ name, effects, had }) => {
      const value = effects[key];
      return value === undefined || !had.includes(key) ? [] : [{ rule: name, value }];
    });
  const one = <K extends PolicyEffect>(key: K): From<Field<K>> | null => all(key)[0] ?? null;
  const [weights, split] = [one("weights"), one("split")];
  const effects: GatheredEffects = {
    pin: one("pin"),
    route: one("route"),
    prefer: one("prefer"),
    draw:
      weights !== null
        ? { rule: weights.rule, value: { weights: weights.value } }
        : split !== null
          ? { rule: split.rule, value: { split: split.value } }
          : null,
    strategy: one("strategy"),
    fallbacks: one("fallbacks"),
    cache: one("cache"),
    only: all("only"),
    exclude: all("exclude"),
    require: all("require"),
    maxOutputTokens: smallest(all("maxOutputTokens")),
    maxCostPicoUsd: smallest(all("maxCostPicoUsd").map(({ rule, value }) => ({ rule, value: BigInt(value) }))),
  };
  return { effects, applied };
}

function smallest<T extends number | bigint>(values: readonly From<T>[]): From<T> | null {
  return values.reduce<From<T> | null>(
    (least, each) => (least === null || each.value < least.value ? each : least),
    null,
  );
}
