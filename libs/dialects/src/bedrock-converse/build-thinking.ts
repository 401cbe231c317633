import { buildThinking as buildClaudeThinking } from "../anthropic-messages/build-thinking.ts";
import type { ModelTraits } from "../anthropic-messages/model-traits.ts";
import type { LossList } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { JsonObject } from "../neutral/source.ts";
import type { ModelFamily } from "./model-family.ts";

type Effort = NonNullable<NonNullable<NeutralRequest["reasoning"]>["effort"]>;

/** The fields that ask for reasoning, which each maker's models have of their own; `isOn`: the model will reason in the open. */
type Thinking = { readonly fields: JsonObject; readonly isOn: boolean };

const OFF: Thinking = { fields: {}, isOn: false };

type Context = {
  readonly family: ModelFamily;
  /** Of one of Anthropic's models. */
  readonly claude: ModelTraits | null;
  readonly losses: LossList;
  /** The bound on the model's output, in which a budget must fit. */
  readonly boundTokens: number | null;
  /** Whether something else in the request forbids Claude to think. */
  readonly isBarred: boolean;
};

/** What a request asks of the model's reasoning. */
export function buildThinking(request: NeutralRequest, context: Context): Thinking {
  const { reasoning } = request;
  const { family, claude, losses } = context;
  if (reasoning === null) return OFF;
  if (claude !== null) return buildClaude(request, { ...context, claude });
  const { summary } = reasoning;
  if (summary !== null && summary !== "auto") losses.add("reasoning.summary", "reasoning-summary", "no-equivalent");
  const effort = request.reasoningEffort ?? (reasoning.adaptive === true ? "high" : null);
  switch (family) {
    case "openai":
      if (effort === null) return OFF;
      return { fields: { reasoning_effort: leveled(effort, losses) }, isOn: false };
    case "nova":
      if (effort === null || effort === "none") return OFF;
      return {
        fields: { reasoningConfig: { type: "enabled", maxReasoningEffort: leveled(effort, losses) } },
        isOn: true,
      };
    default:
      if (effort !== "none") losses.add("reasoning", "reasoning", "no-equivalent");
      return OFF;
  }
}

/** Low, medium and high are all that these take. */
function leveled(effort: Effort, losses: LossList): string {
  const level =
    effort === "none" || effort === "minimal" ? "low" : effort === "medium" || effort === "low" ? effort : "high";
  if (level !== effort) losses.add("reasoning.effort", "reasoning-effort", "out-of-range");
  return level;
}

/** The fields are Anthropic's own. The models that take no sampling hide their thoughts unless asked; the others show them. */
function buildClaude(
  request: NeutralRequest,
  { claude: traits, ...context }: Context & { readonly claude: ModelTraits },
): Thinking {
  const built = buildClaudeThinking(request, { ...context, traits });
  const { display, ...shown } = built.thinking ?? {};
  if (traits.sampling && display === "omitted") {
    context.losses.add("reasoning.summary", "reasoning-summary", "no-equivalent");
  }
  const thinking = traits.sampling ? shown : built.thinking;
  return {
    fields: {
      ...(built.thinking === null ? {} : { thinking }),
      ...(built.effort === null ? {} : { output_config: { effort: built.effort } }),
    },
    isOn: built.thinking !== null && built.thinking["type"] !== "disabled",
  };
}
