import { SignalboxError, type TranslationLoss, type WireName } from "@signalbox/proto";
import { isObject, object } from "../../check/check-value.ts";
import { pathOf } from "../../gemini/render-request.ts";
import type { JsonObject } from "../../neutral/source.ts";
import type { OperationAnswer, OperationCall, RenderedOperation } from "../operation-call.ts";
import { type Asked, readAsked, sharedField } from "./gemini-asked.ts";
import { openEmbeddings } from "./open-embeddings.ts";

/** The fields of a request that have a place elsewhere. */
const GIVEN = ["model", "content", "outputDimensionality"];
/** Wires that ask what their inputs are for. */
const TYPED: readonly WireName[] = ["cohere-v2", "bedrock-converse"];
const INPUT_TYPE: Readonly<Record<string, string>> = {
  RETRIEVAL_DOCUMENT: "search_document",
  RETRIEVAL_QUERY: "search_query",
  CLASSIFICATION: "classification",
  CLUSTERING: "clustering",
};

/**
 * Reads the body of Gemini's `:embedContent`, one content, or `:batchEmbedContents`, several (https://ai.google.dev/api/embeddings).
 * Throws `invalid-request` naming the field. A provider of Gemini's form gets each request as it is; the rest get its text.
 */
export function openGeminiEmbeddings(value: unknown, model: string): OperationCall {
  const body = object(value, "body");
  const asked = readAsked(body);
  const isBatch = body["requests"] !== undefined;
  const plain = openEmbeddings(neutralBody(asked, model, null));
  const typed = openEmbeddings(neutralBody(asked, model, sharedField(asked, "taskType")));
  const at = (index: number): string => (isBatch ? `requests[${index}].` : "");
  const ownBody = { ...body, model };
  return {
    ...plain,
    canonical: ownBody,
    cacheFields: ownBody,
    renderFor(wire, upstream) {
      if (wire === "gemini") return renderOwn(asked, upstream);
      requireTexts(asked, at);
      const isTyped = TYPED.includes(wire);
      const rendered = (isTyped ? typed : plain).renderFor(wire, upstream);
      return { ...rendered, losses: [...rendered.losses, ...lossesOf(asked, at, isTyped)] };
    },
    readAnswer(wire, answer, options) {
      const read = plain.readAnswer(wire, answer, options);
      return { ...read, body: ownAnswer(read, { isBatch, beside: wire === "gemini" ? answer : null }) };
    },
  };
}

/** The request in OpenAI's form. What cannot be said in it is looked at where it is sent. */
function neutralBody(asked: readonly Asked[], model: string, taskType: unknown): JsonObject {
  const dimensions = sharedField(asked, "outputDimensionality");
  const inputType = typeof taskType === "string" ? INPUT_TYPE[taskType] : undefined;
  return {
    model,
    // A provider of Gemini's form takes what has no text; nobody else is asked.
    input: asked.map(({ text, foreign }) => (text === "" && foreign !== null ? " " : text)),
    ...(dimensions === null ? {} : { dimensions }),
    ...(inputType === undefined ? {} : { input_type: inputType }),
  };
}

/** Each request with all its fields, at this provider's model. */
function renderOwn(asked: readonly Asked[], upstream: string): RenderedOperation {
  const model = upstream.includes("/") ? upstream : `models/${upstream}`;
  const requests = asked.map(({ body }) => ({ ...body, model }));
  return {
    path: pathOf(upstream, "batchEmbedContents"),
    headers: {},
    body: { requests },
    contentType: null,
    losses: [],
  };
}

/** Throws `unprocessable` for what only a provider of Gemini's form can embed. */
function requireTexts(asked: readonly Asked[], at: (index: number) => string): void {
  const param = asked.find(({ foreign }) => foreign !== null)?.foreign;
  if (param != null) throw unprocessable("This model embeds text alone.", param);
  const [first] = asked;
  const other = asked.findIndex(({ body }) => body["outputDimensionality"] !== first!.body["outputDimensionality"]);
  if (other !== -1) {
    throw unprocessable("This model gives all vectors the same length.", `${at(other)}outputDimensionality`);
  }
}

function unprocessable(message: string, param: string): SignalboxError {
  return new SignalboxError("unprocessable", message, { details: { param } });
}

/** A field that has no place elsewhere is named once, where it stands first. */
function lossesOf(asked: readonly Asked[], at: (index: number) => string, isTyped: boolean): TranslationLoss[] {
  const taskType = sharedField(asked, "taskType");
  const isCarried = isTyped && typeof taskType === "string" && taskType in INPUT_TYPE;
  const given = new Set(isCarried ? [...GIVEN, "taskType"] : GIVEN);
  const losses: TranslationLoss[] = [];
  for (const [index, { body }] of asked.entries()) {
    for (const [name, value] of Object.entries(body)) {
      if (given.has(name) || value === undefined || value === null) continue;
      given.add(name);
      losses.push({ path: `${at(index)}${name}`.slice(0, PATH_MAX_CHARS), what: "field", why: "no-equivalent" });
    }
  }
  return losses;
}

const PATH_MAX_CHARS = 256;

/** The vectors in Gemini's form, with what a provider of that form says beside them. */
function ownAnswer({ body }: OperationAnswer, { isBatch, beside }: { isBatch: boolean; beside: unknown }): JsonObject {
  const { data } = body as { data: readonly { embedding: unknown }[] };
  const { embeddings, usageMetadata, ...rest } = isObject(beside) ? beside : {};
  const said = Array.isArray(embeddings) ? (embeddings as readonly JsonObject[]) : [];
  const vectors = data.map(({ embedding: values }, index) => ({ ...said[index], values }));
  const held = isBatch ? { embeddings: vectors } : { embedding: vectors[0] };
  return { ...rest, ...held, usageMetadata: isObject(usageMetadata) ? usageMetadata : {} };
}
