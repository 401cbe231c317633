import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../../check/check-value.ts";
import { readUsage as readCohereUsage } from "../../cohere-v2/usage.ts";
import { parseInBandError } from "../../gemini/error.ts";
import { pathOf } from "../../gemini/render-request.ts";
import { noAnswer } from "../not-spoken.ts";
import type { OperationAnswer, ReadOperationOptions, RenderedOperation } from "../operation-call.ts";
import { lossesBeside } from "../operation-fields.ts";
import { readOperationUsage } from "../operation-usage.ts";
import type { EmbeddingsRequest } from "./embeddings-request.ts";
import { encodeVector } from "./vector.ts";

/** The fields of a request that each of these forms has a place for. */
export const GIVEN = ["model", "input", "encoding_format", "dimensions", "input_type"];

/**
 * https://docs.cohere.com/reference/embed: the type of the inputs must be named; texts to be searched are what it is taken for where
 * the request does not say.
 */
export function renderCohere(request: EmbeddingsRequest, model: string): RenderedOperation {
  const { dimensions } = request;
  const body = {
    model,
    texts: textsOf(request),
    input_type: COHERE_TYPE[request.inputType ?? "document"],
    embedding_types: ["float"],
    ...(dimensions === null ? {} : { output_dimension: dimensions }),
  };
  return { path: "/embed", headers: {}, body, contentType: null, losses: lossesBeside(request.body, GIVEN) };
}

/** What inputs are for, in Cohere's words. */
export const COHERE_TYPE = {
  search_document: "search_document",
  document: "search_document",
  passage: "search_document",
  search_query: "search_query",
  query: "search_query",
  classification: "classification",
  clustering: "clustering",
} as const;

export function readCohere(
  answer: unknown,
  request: EmbeddingsRequest,
  options: ReadOperationOptions,
): OperationAnswer {
  if (!isObject(answer) || !isObject(answer["embeddings"])) throw noAnswer("embeddings", options.provider);
  const usage = readCohereUsage(answer["meta"]);
  return answerOf({ vectors: answer["embeddings"]["float"], usage, request, options });
}

/** https://ai.google.dev/api/embeddings: one request for each text, all in one call. */
export function renderGemini(request: EmbeddingsRequest, model: string): RenderedOperation {
  const { dimensions, inputType } = request;
  const name = model.includes("/") ? model : `models/${model}`;
  const requests = textsOf(request).map((text) => ({
    model: name,
    content: { parts: [{ text }] },
    ...(inputType === null ? {} : { taskType: GEMINI_TYPE[inputType] }),
    ...(dimensions === null ? {} : { outputDimensionality: dimensions }),
  }));
  const losses = lossesBeside(request.body, GIVEN);
  return { path: pathOf(model, "batchEmbedContents"), headers: {}, body: { requests }, contentType: null, losses };
}

const GEMINI_TYPE = {
  search_document: "RETRIEVAL_DOCUMENT",
  document: "RETRIEVAL_DOCUMENT",
  passage: "RETRIEVAL_DOCUMENT",
  search_query: "RETRIEVAL_QUERY",
  query: "RETRIEVAL_QUERY",
  classification: "CLASSIFICATION",
  clustering: "CLUSTERING",
} as const;

export function readGemini(
  answer: unknown,
  request: EmbeddingsRequest,
  options: ReadOperationOptions,
): OperationAnswer {
  if (!isObject(answer)) throw noAnswer("embeddings", options.provider);
  const error = parseInBandError(answer, options);
  if (error !== null) throw error;
  const { embeddings, usageMetadata: said } = answer;
  const vectors = Array.isArray(embeddings)
    ? embeddings.map((each) => (isObject(each) ? each["values"] : undefined))
    : undefined;
  const usage = isObject(said) ? readOperationUsage({ input_tokens: said["promptTokenCount"] }) : null;
  return answerOf({ vectors, usage, request, options });
}

/** The answer in OpenAI's form. Throws `upstream-error` unless there is a vector for each input. */
export function answerOf(read: {
  vectors: unknown;
  usage: OperationAnswer["usage"];
  request: EmbeddingsRequest;
  options: ReadOperationOptions;
}): OperationAnswer {
  const { vectors, usage, request, options } = read;
  if (!Array.isArray(vectors) || vectors.length !== request.inputs.length) {
    throw noAnswer("embeddings", options.provider);
  }
  const data = vectors.map((vector, index) => {
    const embedding = encodeVector(vector, request.encoding);
    if (embedding === null) throw noAnswer("embeddings", options.provider);
    return { object: "embedding", index, embedding };
  });
  return { body: { object: "list", data, model: options.model, usage: {} }, usage, outputChars: 0 };
}

/** Tokens mean nothing outside the vocabulary of the model that they were made for. */
export function textsOf({ inputs }: EmbeddingsRequest): string[] {
  return inputs.map((input) => {
    if (typeof input === "string") return input;
    throw new SignalboxError(
      "unprocessable",
      "This model takes texts to embed, and no tokens of another's vocabulary.",
      {
        details: { param: "input" },
      },
    );
  });
}
