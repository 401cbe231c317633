import { isObject } from "../../check/check-value.ts";
import { noAnswer } from "../not-spoken.ts";
import { answerObject, overlaid } from "../openai-form.ts";
import type { OperationAnswer, ReadOperationOptions, RenderedOperation } from "../operation-call.ts";
import { readOperationUsage } from "../operation-usage.ts";
import type { EmbeddingsRequest } from "./embeddings-request.ts";
import { encodeVector, vectorOf } from "./vector.ts";

const PATH = "/embeddings";

/** OpenAI's own form, which most hosts take. */
export function renderOpenai({ body }: EmbeddingsRequest, model: string): RenderedOperation {
  return overlaid(PATH, body, model);
}

/** https://docs.mistral.ai/api/endpoint/embeddings: the dimensions have another name, and there is no user. */
export function renderMistral({ body }: EmbeddingsRequest, model: string): RenderedOperation {
  const { dimensions, user, ...rest } = body;
  const losses = user == null ? [] : [{ path: "user", what: "user", why: "no-equivalent" } as const];
  const bounded = dimensions == null ? rest : { output_dimension: dimensions, ...rest };
  return { ...overlaid(PATH, bounded, model), losses };
}

/** The answer with its vectors in the encoding that was asked for: some hosts know one alone. */
export function readOpenai(
  answer: unknown,
  request: EmbeddingsRequest,
  options: ReadOperationOptions,
): OperationAnswer {
  const body = answerObject(answer, "embeddings", options);
  const items = body["data"];
  if (!Array.isArray(items) || items.length !== request.inputs.length) throw noAnswer("embeddings", options.provider);
  const data = inOrder(items).map((item, index) => {
    const embedding = encodeVector(vectorOf(item), request.encoding);
    if (embedding === null) throw noAnswer("embeddings", options.provider);
    return { object: "embedding", index, ...(item as object), embedding };
  });
  return {
    body: { object: "list", model: options.model, usage: {}, ...body, data },
    usage: readOperationUsage(body["usage"]),
    outputChars: 0,
  };
}

/** The items in the order of their inputs, which they name by `index`; as they came where these are not all the places there are. */
function inOrder(items: readonly unknown[]): readonly unknown[] {
  const placed: unknown[] = Array.from({ length: items.length });
  for (const item of items) if (isObject(item) && typeof item["index"] === "number") placed[item["index"]] = item;
  const isWhole = placed.length === items.length && placed.every((item) => item !== undefined);
  return isWhole ? placed : items;
}
