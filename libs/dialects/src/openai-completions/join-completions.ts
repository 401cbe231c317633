import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** Whole answers to the prompts of one request, in the prompts' order, as the one answer to it. */
export function joinCompletions(answers: readonly JsonObject[], choicesEach: number): JsonObject {
  const [first = {}] = answers;
  const choices = answers.flatMap((answer, prompt) => placedChoices(answer, prompt * choicesEach));
  return { ...first, choices, usage: joinUsage(answers.map(({ usage }) => usage)) };
}

/**
 * The choices of the answer to one prompt, counted on from those of the prompts before it: with `n`, prompt p has the indexes from p × n
 * on (vLLM's server counts so as well, `vllm/entrypoints/openai/serving_completion.py`).
 */
export function placedChoices({ choices }: JsonObject, offset: number): readonly JsonObject[] {
  if (!Array.isArray(choices)) return [];
  return choices.filter(isObject).map((choice) => ({ ...choice, index: offset + Number(choice["index"]) }));
}

/** The sum of all counts; `signalbox` has the sum of the costs, null where one is not known, and each prompt's decision. */
export function joinUsage(usages: readonly unknown[]): JsonObject {
  const objects = usages.filter(isObject);
  const notes = objects.map(({ signalbox }) => signalbox).filter(isObject);
  const costs = notes.map(({ cost_pico_usd: cost }) => (typeof cost === "string" ? BigInt(cost) : null));
  const cost = costs.includes(null) ? null : costs.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n);
  return {
    ...objects.reduce<JsonObject>((sum, usage) => addCounts(sum, { ...usage, signalbox: 0 }), {}),
    signalbox: {
      cost_usd: cost === null ? null : Number(cost) / PICO_USD_PER_USD,
      cost_pico_usd: cost === null ? null : String(cost),
      decisions: notes,
    },
  };
}

const PICO_USD_PER_USD = 1e12;

function addCounts(sum: JsonObject, counts: JsonObject): JsonObject {
  const added: Record<string, unknown> = { ...sum };
  for (const [name, count] of Object.entries(counts)) {
    const before = added[name];
    if (isObject(count)) added[name] = addCounts(isObject(before) ? before : {}, count);
    else added[name] = typeof count === "number" && typeof before === "number" ? before + count : count;
  }
  return added;
}
