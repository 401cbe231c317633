import type { Capability, Classification, Endpoint, Modality } from "@signalbox/proto";

/** The rule that an endpoint without the ability breaks. */
type AbilityRule = `capability:${Capability}` | `modality:${Modality}`;

/** One bit each, so that a request's needs are compared with an endpoint in one operation. */
const BITS: Record<AbilityRule, number> = {
  "modality:text": 1 << 0,
  "modality:image": 1 << 1,
  "modality:audio": 1 << 2,
  "modality:file": 1 << 3,
  "capability:tools": 1 << 4,
  "capability:parallel-tools": 1 << 5,
  "capability:json-object": 1 << 6,
  "capability:json-schema": 1 << 7,
  "capability:reasoning": 1 << 8,
  "capability:logprobs": 1 << 9,
  "capability:seed": 1 << 10,
};

/** What a request asks of an endpoint, in the order in which a missing ability is named. */
export type Needs = {
  readonly all: number;
  readonly each: readonly { readonly rule: AbilityRule; readonly bit: number }[];
};

/** Providers take `seed` as best effort and ignore it where they cannot follow it, so its lack rules nobody out. */
const BEST_EFFORT: ReadonlySet<Capability> = new Set(["seed"]);

/** What a caller who names a model is left to judge: the model answers as well as it can, or refuses by itself. */
const LEFT_TO_THE_CALLER: ReadonlySet<Capability> = new Set(["seed", "logprobs", "parallel-tools", "reasoning"]);

/** Modalities before capabilities. */
export function needsOf(
  { modalities, capabilities }: Pick<Classification, "modalities" | "capabilities">,
  model: "auto" | "pinned",
): Needs {
  const soft = model === "pinned" ? LEFT_TO_THE_CALLER : BEST_EFFORT;
  const rules = rulesOf(
    modalities,
    capabilities.filter((capability) => !soft.has(capability)),
  );
  return { all: bitsOf(rules), each: rules.map((rule) => ({ rule, bit: BITS[rule] })) };
}

export function abilitiesOf({ inputs, capabilities }: Pick<Endpoint, "inputs" | "capabilities">): number {
  return bitsOf(rulesOf(inputs, capabilities));
}

/** The rule of the first need that is not met, or null when all are. */
export function missingAbility(needs: Needs, abilities: number): string | null {
  if ((needs.all & abilities) === needs.all) return null;
  return needs.each.find(({ bit }) => (abilities & bit) === 0)?.rule ?? null;
}

function rulesOf(modalities: readonly Modality[], capabilities: readonly Capability[]): AbilityRule[] {
  return [
    ...modalities.map((name): AbilityRule => `modality:${name}`),
    ...capabilities.map((name): AbilityRule => `capability:${name}`),
  ];
}

function bitsOf(rules: readonly AbilityRule[]): number {
  return rules.reduce((bits, rule) => bits | BITS[rule], 0);
}
