import { drawing, takenStops } from "../anthropic-messages/build-sampling.ts";
import type { ModelTraits } from "../anthropic-messages/model-traits.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ModelFamily } from "./model-family.ts";

const TEMPERATURE_MAX = 1;

type Context = {
  readonly family: ModelFamily;
  /** Of one of Anthropic's models. */
  readonly claude: ModelTraits | null;
  readonly losses: LossList;
  readonly isThinking: boolean;
};

/** What steers how tokens are drawn: `shared` by all makers' models, and what a maker's have of their `own`. */
type Sampling = { readonly shared: JsonObject; readonly own: JsonObject };

export function buildSampling(request: NeutralRequest, context: Context): Sampling {
  const { claude, losses } = context;
  const stop = claude === null ? request.sampling.stop : takenStops(request.sampling.stop, losses);
  const { shared, own } =
    claude === null ? buildOthers(request, context) : buildClaude(request, { ...context, claude });
  return { shared: { ...shared, ...(stop.length === 0 ? {} : { stopSequences: stop }) }, own };
}

/** Claude refuses here what it refuses at Anthropic: the newest models all three, others two of them together or beside thinking. */
function buildClaude(
  request: NeutralRequest,
  { claude: traits, losses, isThinking }: Context & { readonly claude: ModelTraits },
): Sampling {
  const { temperature, top_p: topP, ...own } = drawing(request, { losses, traits, isThinking });
  return {
    shared: { ...(temperature === undefined ? {} : { temperature }), ...(topP === undefined ? {} : { topP }) },
    own,
  };
}

function buildOthers({ temperature, sampling }: NeutralRequest, { family, losses }: Context): Sampling {
  const { topP, topK } = sampling;
  if (temperature !== null && temperature > TEMPERATURE_MAX) {
    losses.add("temperature", "temperature", "out-of-range");
  }
  if (topK !== null && family !== "nova") losses.add("sampling.topK", "top-k", "no-equivalent");
  return {
    shared: {
      ...(temperature === null ? {} : { temperature: Math.min(temperature, TEMPERATURE_MAX) }),
      ...(topP === null ? {} : { topP }),
    },
    own: topK !== null && family === "nova" ? { inferenceConfig: { topK } } : {},
  };
}
