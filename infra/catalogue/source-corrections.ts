import type { SourceModel } from "./source-list.ts";

/** Azure's GPT-5.1 writes text alone and hears nothing, as the same models do at OpenAI in the same list. */
const AZURE_TEXT = /^gpt-5\.1(?:-chat|-codex)?$/;
/** The list has the bound on their prompts as their context, which is 400,000 at OpenAI in the same list. */
const AZURE_CONTEXT = /^gpt-5(?:\.1|-mini|-nano)?$/;
const AZURE_PROMPT_TOKENS = 272_000;
const GPT_5_CONTEXT_TOKENS = 400_000;
/** GPT-5.2's cached price has the figure of GPT-5.1; its siblings at Azure and OpenAI itself have 0.175. */
const GPT_5_2_CACHED_USD = 0.175;

/** Their references know JSON mode alone: https://api-docs.deepseek.com/guides/json_mode, https://docs.z.ai/api-reference/llm/chat-completion. */
const JSON_MODE_ALONE = new Set(["deepseek", "zai"]);

/**
 * Names that stand for whichever model is the latest, and cost what it does: the list has the first one's price, and another one for the
 * same name at a reseller. What they cost is not known.
 */
const GOOGLE_LATEST = /^gemini-.*-latest$/;

/**
 * "Cached prompt tokens are billed at 10% of the standard input token price"
 * (https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching, read 2026-11-22).
 */
const MISTRAL_CACHED = 0.1;
/**
 * Since the models before it were deprecated on 2026-05-22, `mistral-medium-latest` is Medium 3.5
 * (https://docs.mistral.ai/models/model-cards/mistral-medium-3-5-26-04), which the list prices by its own name.
 */
const MISTRAL_MEDIUM_USD = { input: 1.5, output: 7.5 };

/** What the list has of a model, without what is wrong there or missing. */
export function corrected(provider: string, id: string, model: SourceModel): SourceModel {
  if (JSON_MODE_ALONE.has(provider)) return { ...model, structured_output: false };
  if (provider === "google") return GOOGLE_LATEST.test(id) ? { ...model, cost: null } : model;
  if (provider === "mistral") return mistral(id, model);
  return provider === "azure" ? azure(id, model) : model;
}

function mistral(id: string, model: SourceModel): SourceModel {
  const { cost } = id === "mistral-medium-latest" ? { cost: MISTRAL_MEDIUM_USD } : model;
  return cost?.input == null ? model : { ...model, cost: { ...cost, cache_read: cost.input * MISTRAL_CACHED } };
}

function azure(id: string, model: SourceModel): SourceModel {
  const { limit } = model;
  const isPromptBound = AZURE_CONTEXT.test(id) && limit.context === AZURE_PROMPT_TOKENS;
  const limited = isPromptBound
    ? { ...model, limit: { ...limit, context: GPT_5_CONTEXT_TOKENS, input: AZURE_PROMPT_TOKENS } }
    : model;
  if (id === "gpt-5.2") return { ...limited, cost: { ...limited.cost, cache_read: GPT_5_2_CACHED_USD } };
  return AZURE_TEXT.test(id) ? { ...limited, modalities: { input: ["text", "image"], output: ["text"] } } : limited;
}
