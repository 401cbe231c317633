import { plainNumber } from "../../check/plain-value.ts";
import { array, boolean, integer, isObject, string, stringUpTo } from "../../check/check-value.ts";
import { invalid } from "../../check/invalid.ts";
import type { JsonObject } from "../../neutral/source.ts";
import { noAnswer } from "../not-spoken.ts";
import { answerObject, overlaid } from "../openai-form.ts";
import { openaiAlone } from "../openai-wire.ts";
import type { OperationAnswer, OperationCall, ReadOperationOptions, RenderedOperation } from "../operation-call.ts";
import { checkedBody, lossesBeside } from "../operation-fields.ts";
import { readOperationUsage } from "../operation-usage.ts";

const DOCUMENTS_MAX = 10_000;
const CHECKS = {
  model: stringUpTo(256),
  query: string,
  documents: checkDocuments,
  top_n: integer(1, DOCUMENTS_MAX),
  return_documents: boolean,
};

/**
 * Reads the body of `POST /v1/rerank`, which OpenAI does not have: the form that Cohere made and Jina, Together, vLLM and others took
 * over (https://docs.cohere.com/reference/rerank). Documents are texts, or objects with a `text`.
 */
export function openRerank(value: unknown): OperationCall {
  const body = checkedBody(value, CHECKS, ["model", "query", "documents"]);
  const texts = (body["documents"] as readonly unknown[]).map(textOf);
  const query = body["query"] as string;
  const openai = openaiAlone("rerank", "/rerank", body);
  return {
    shape: {
      model: body["model"] as string,
      textChars: texts.reduce((sum, text) => sum + text.length, query.length),
    },
    text: [query, ...texts].join("\n"),
    user: null,
    canonical: body,
    cacheFields: body,
    isMeasurable: true,
    takesText: false,
    renderFor: (wire, model) =>
      wire === "cohere-v2" ? renderCohere(body, texts, model) : openai.renderFor(wire, model),
    readAnswer: (_wire, answer, options) => readRerank(answer, { body, texts }, options),
  };
}

/** Version 2 of Cohere's API takes texts alone and returns none. */
function renderCohere(body: JsonObject, documents: readonly string[], model: string): RenderedOperation {
  const { query, top_n, max_tokens_per_doc } = body;
  const fields = {
    query,
    documents,
    ...(top_n == null ? {} : { top_n }),
    ...(max_tokens_per_doc == null ? {} : { max_tokens_per_doc }),
  };
  const losses = lossesBeside(body, ["model", "return_documents", ...Object.keys(fields)]);
  return { ...overlaid("/rerank", fields, model), losses };
}

function readRerank(
  answer: unknown,
  { body, texts }: { body: JsonObject; texts: readonly string[] },
  options: ReadOperationOptions,
): OperationAnswer {
  const found = answerObject(answer, "rerank", options);
  if (!Array.isArray(found["results"])) throw noAnswer("rerank", options.provider);
  const results = found["results"].map((result: unknown) => {
    if (!isObject(result)) throw noAnswer("rerank", options.provider);
    const text = texts[plainNumber(result["index"])];
    if (text === undefined) throw noAnswer("rerank", options.provider);
    if (body["return_documents"] !== true || result["document"] != null) return result;
    return { ...result, document: { text } };
  });
  return {
    body: { model: options.model, ...found, results },
    usage: readOperationUsage(found["usage"]),
    outputChars: 0,
  };
}

function checkDocuments(value: unknown, param: string): void {
  const documents = array(value, param);
  if (documents.length === 0 || documents.length > DOCUMENTS_MAX) {
    throw invalid(param, `Invalid '${param}': expected 1 to ${DOCUMENTS_MAX} documents.`);
  }
  documents.forEach((document, index) => {
    string(isObject(document) ? document["text"] : document, `${param}[${index}]`);
  });
}

function textOf(document: unknown): string {
  return (isObject(document) ? document["text"] : document) as string;
}
