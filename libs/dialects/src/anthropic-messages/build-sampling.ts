import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ModelTraits } from "./model-traits.ts";

type Context = { readonly losses: LossList; readonly traits: ModelTraits; readonly isThinking: boolean };

const TEMPERATURE_MAX = 1;

/** What steers how tokens are drawn, of a request that was read from another form. One is what every model takes when none is given. */
export function buildSampling(request: NeutralRequest, context: Context): JsonObject {
  const { losses } = context;
  const { sampling, seed } = request;
  if (seed !== null) losses.add("seed", "seed", "no-equivalent");
  if (sampling.minP !== null) losses.add("sampling.minP", "min-p", "no-equivalent");
  if (sampling.frequencyPenalty !== null) losses.add("sampling.frequencyPenalty", "frequency-penalty", "no-equivalent");
  if (sampling.presencePenalty !== null) losses.add("sampling.presencePenalty", "presence-penalty", "no-equivalent");
  if (sampling.logitBias !== null) losses.add("sampling.logitBias", "logit-bias", "foreign");
  const stops = takenStops(sampling.stop, losses);
  return { ...drawing(request, context), ...(stops.length === 0 ? {} : { stop_sequences: stops }) };
}

/** `temperature`, `top_p` and `top_k`, as far as the model takes them. */
export function drawing(
  { temperature, sampling }: Pick<NeutralRequest, "temperature" | "sampling">,
  { losses, traits, isThinking }: Context,
): JsonObject {
  const requested = { temperature: unlessOne(temperature), top_p: unlessOne(sampling.topP), top_k: sampling.topK };
  const drop = (field: keyof typeof requested, why: "no-equivalent" | "conflict"): void => {
    const [path, what] = NAMES[field];
    if (requested[field] !== null) losses.add(path, what, why);
    requested[field] = null;
  };
  if (!traits.sampling) for (const field of FIELDS) drop(field, "no-equivalent");
  if (isThinking) for (const field of FIELDS) drop(field, "conflict");
  if (requested.temperature !== null && !traits.bothSampling) drop("top_p", "conflict");
  if (requested.temperature !== null && requested.temperature > TEMPERATURE_MAX) {
    losses.add("temperature", "temperature", "out-of-range");
    requested.temperature = TEMPERATURE_MAX;
  }
  return Object.fromEntries(Object.entries(requested).filter(([, value]) => value !== null));
}

const FIELDS = ["temperature", "top_p", "top_k"] as const;
const NAMES = {
  temperature: ["temperature", "temperature"],
  top_p: ["sampling.topP", "top-p"],
  top_k: ["sampling.topK", "top-k"],
} as const;

function unlessOne(value: number | null): number | null {
  return value === 1 ? null : value;
}

/** A stop text of white space alone is refused. */
export function takenStops(requested: readonly string[], losses: LossList): readonly string[] {
  const taken = requested.filter((text) => text.trim() !== "");
  if (taken.length < requested.length) losses.add("sampling.stop", "stop", "out-of-range");
  return taken;
}
