import type { Capability, Modality, Price, PriceTier } from "@signalbox/proto";
import { familyOf } from "./family.ts";
import { microUsd } from "./micro-usd.ts";
import type { ModelFacts } from "./provider-file.ts";
import type { ProviderHead } from "./provider-heads.ts";
import type { SourceModel, UsdPrice } from "./source-list.ts";

/** Models that write text but do not converse, or whose name stands for a choice among others. */
const NOT_CHAT =
  /embed|rerank|guard|safety|gliner|whisper|-asr|-tts|-ocr|-mt-|translate|realtime|instruct-?(?:completion)$|turbo-instruct|^morph\/|^relace\/|bge-|^meta\/esm|paligemma|usdcode|usdvalidate|streampetr|sparsedrive|bevformer|-detection|-detector|studiovoice|voicechat|flux|^openrouter\/|^switchpoint\/|^model-router$/;

/** OpenAI serves these by its Responses API alone. */
const RESPONSES_ONLY =
  /^(?:o1-pro|o3-pro|gpt-5(?:\.\d)?-pro|gpt-5(?:\.\d)?-codex.*|codex-mini|.*-deep-research|gpt-5\.3-codex-spark)$/;
/** These take tools beside reasoning by that API alone (https://github.com/openai/openai-openapi/issues/541). */
const TOOLS_BY_RESPONSES = /^gpt-(?:5\.[2-9]|[6-9])(?!.*-chat)/;

const CLAUDE = /claude-/;

/**
 * Claude takes a schema from 4.5 on, and Opus from 4.1 on (https://platform.claude.com/docs/en/build-with-claude/structured-outputs), which
 * the list does not say.
 */
const CLAUDE_SCHEMA = /^claude-(?:opus-4-[15-9]\b|(?:sonnet|haiku)-4-[5-9]\b|(?:opus|sonnet|haiku|fable|mythos)-[5-9])/;

const MODALITY: Readonly<Record<string, Modality>> = { text: "text", image: "image", audio: "audio", pdf: "file" };

/** Whether a listed model generates text, and only text, in conversation. */
export function isChatModel(id: string, model: SourceModel): boolean {
  const { input, output } = model.modalities;
  return output.length === 1 && output[0] === "text" && input.includes("text") && !NOT_CHAT.test(id.toLowerCase());
}

/** The facts of a listed model in the catalogue's own form. */
export function importModel(head: ProviderHead, id: string, model: SourceModel): ModelFacts {
  const dialect = nativeDialect(head, id, model);
  return {
    id,
    name: model.name,
    family: familyOf(head.provider, id),
    ...(dialect === head.dialect ? {} : { dialect }),
    openWeights: model.open_weights,
    // The list writes 0 where it knows no limit.
    limits: {
      context: model.limit.context || null,
      input: model.limit.input || null,
      output: model.limit.output || null,
    },
    capabilities: capabilities(head, id, model),
    inputs: [...new Set(model.modalities.input.flatMap((input) => MODALITY[input] ?? []))].toSorted(),
    price: importPrice(head, id, model),
    released: /^\d{4}-\d{2}-\d{2}$/.test(model.release_date ?? "") ? model.release_date! : null,
    deprecated: model.status === "deprecated",
  };
}

function nativeDialect(head: ProviderHead, id: string, model: SourceModel): ModelFacts["dialect"] {
  if (model.provider?.npm === "@ai-sdk/anthropic") return "anthropic-messages";
  if (model.provider?.shape === "responses") return "openai-responses";
  if ((head.provider === "openai" || head.provider === "azure") && RESPONSES_ONLY.test(id)) return "openai-responses";
  if (head.provider === "openai" && TOOLS_BY_RESPONSES.test(id)) return "openai-responses";
  return head.dialect;
}

function capabilities(head: ProviderHead, id: string, model: SourceModel): Capability[] {
  const found = new Set<Capability>();
  if (model.tool_call) found.add("tools").add("parallel-tools");
  if (model.structured_output === true) found.add("json-object").add("json-schema");
  if (model.reasoning) found.add("reasoning");
  if (head.provider === "anthropic" && CLAUDE_SCHEMA.test(id)) found.add("json-schema");
  for (const capability of head.documented) {
    // Models that reason return no log probabilities of their hidden tokens.
    if (capability === "logprobs" && model.reasoning) continue;
    if (capability === "json-schema" && model.structured_output === false) continue;
    found.add(capability);
  }
  return [...found].toSorted();
}

function importPrice(head: ProviderHead, id: string, model: SourceModel): Price | null {
  const { cost } = model;
  if (cost?.input == null || cost.output == null) return null;
  if (cost.input === 0 && cost.output === 0 && head.zeroIsTrial === true) return null;
  try {
    const tiers = [
      priceTier(cost, 0),
      ...(cost.tiers ?? [])
        .map((tier) => priceTier({ ...tier, output: tier.output ?? cost.output }, tier.tier.size))
        .toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens),
    ];
    return CLAUDE.test(id) ? tiers.map(withHourOfClaude) : tiers;
  } catch (error) {
    throw new Error(`${head.provider}/${id}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function priceTier(cost: UsdPrice, aboveInputTokens: number): PriceTier {
  const input = listedPrice(cost.input ?? 0);
  const output = cost.output ?? 0;
  const thinking = cost.reasoning ?? 0;
  return {
    aboveInputTokens,
    input,
    // Where thinking is billed above other output, an estimate by the lower price would promise too little.
    output: listedPrice(Math.max(output, thinking)),
    cacheRead: cachePrice(cost.cache_read ?? cost.cached_input, input),
    cacheWrite: cachePrice(cost.cache_write ?? cost.cached_write, input),
    ...(cost.input_audio == null ? {} : { audioInput: listedPrice(cost.input_audio) }),
    ...(thinking > output ? { outputPlain: listedPrice(output) } : {}),
  };
}

/**
 * The list knows one price of writing to a cache. Anthropic's, wherever its models are hosted, is that of five minutes; an
 * hour costs twice the prompt's price (https://docs.claude.com/en/docs/about-claude/pricing).
 */
function withHourOfClaude(tier: PriceTier): PriceTier {
  return tier.cacheWrite === null ? tier : { ...tier, cacheWriteHour: tier.input * 2 };
}

/** The list writes 0 where a provider names no price of its own; cached tokens of a priced model are not free. */
function cachePrice(usd: number | null | undefined, input: number): number | null {
  return usd == null || (usd === 0 && input > 0) ? null : listedPrice(usd);
}

/** The list holds a few sums of doubles such as 0.049999999999999996; twelve digits are more than any price has. */
function listedPrice(usd: number): number {
  return microUsd(Number(usd.toPrecision(12)));
}
