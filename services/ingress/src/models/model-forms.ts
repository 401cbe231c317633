import type { DialectName } from "@signalbox/proto";
import type { ListedModel } from "./model-list.ts";

/** A list of models, and one model, as a dialect's own SDK reads them. */
export type ModelForm = {
  list(models: readonly ListedModel[], embedders: Embedders): object;
  one(model: ListedModel, embedders: Embedders): object;
};

/** The ids of the models that embed: Google's SDKs choose models by what their list says of them. */
type Embedders = ReadonlySet<string>;

const openai: ModelForm = {
  list: (models) => ({ object: "list", data: models }),
  one: (model) => model,
};

/** https://docs.anthropic.com/en/api/models-list: all on one page. */
const anthropic: ModelForm = {
  list: (models, embedders) => ({
    data: models.map((model) => anthropic.one(model, embedders)),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models.at(-1)?.id ?? null,
  }),
  one: ({ id, created }) => ({
    type: "model",
    id,
    display_name: id,
    created_at: new Date(created * 1_000).toISOString(),
  }),
};

/** https://ai.google.dev/api/models: names begin with `models/`. */
const gemini: ModelForm = {
  list: (models, embedders) => ({ models: models.map((model) => gemini.one(model, embedders)) }),
  one: ({ id }, embedders) => ({
    name: `models/${id}`,
    displayName: id,
    supportedGenerationMethods: embedders.has(id) ? EMBEDDER_METHODS : CHAT_METHODS,
  }),
};

const CHAT_METHODS = ["generateContent", "streamGenerateContent", "countTokens"];
const EMBEDDER_METHODS = ["embedContent", "batchEmbedContents"];

export function modelFormOf(dialect: DialectName): ModelForm {
  if (dialect === "anthropic-messages") return anthropic;
  return dialect === "gemini" ? gemini : openai;
}
