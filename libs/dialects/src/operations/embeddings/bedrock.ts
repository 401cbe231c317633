import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../../check/check-value.ts";
import { encode } from "../../bedrock-converse/sign-v4.ts";
import { noAnswer } from "../not-spoken.ts";
import type { OperationAnswer, ReadOperationOptions, RenderedOperation } from "../operation-call.ts";
import { lossesBeside } from "../operation-fields.ts";
import { readOperationUsage } from "../operation-usage.ts";
import type { EmbeddingsRequest } from "./embeddings-request.ts";
import { answerOf, COHERE_TYPE, GIVEN, textsOf } from "./other-forms.ts";

/** Titan's models and Cohere's have bodies of their own; what a model is called may begin with a region or be an ARN that holds the name. */
const TITAN = /amazon\.titan-embed-text/;
const COHERE = /cohere\.embed-/;

/**
 * Amazon Bedrock has no one form for embeddings: `InvokeModel` takes that of the model's maker
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and …/model-parameters-embed.html).
 */
export function renderBedrock(request: EmbeddingsRequest, model: string): RenderedOperation {
  return {
    path: `/model/${encode(model)}/invoke`,
    headers: {},
    body: bodyFor(request, model),
    contentType: null,
    losses: lossesBeside(request.body, GIVEN),
  };
}

function bodyFor(request: EmbeddingsRequest, model: string): RenderedOperation["body"] {
  const texts = textsOf(request);
  const { dimensions } = request;
  if (COHERE.test(model)) {
    const bounded = dimensions === null ? {} : { output_dimension: dimensions };
    return { texts, input_type: COHERE_TYPE[request.inputType ?? "document"], embedding_types: ["float"], ...bounded };
  }
  if (!TITAN.test(model)) throw unprocessable("How this model is asked for embeddings is not known.");
  if (texts.length > 1) throw unprocessable("This model embeds one text in each request.");
  return { inputText: texts[0]!, ...(dimensions === null ? {} : { dimensions }) };
}

export function readBedrock(
  answer: unknown,
  request: EmbeddingsRequest,
  options: ReadOperationOptions,
): OperationAnswer {
  if (!isObject(answer)) throw noAnswer("embeddings", options.provider);
  const { embedding, embeddings, inputTextTokenCount } = answer;
  const vectors = embedding === undefined ? (isObject(embeddings) ? embeddings["float"] : embeddings) : [embedding];
  return answerOf({ vectors, usage: readOperationUsage({ input_tokens: inputTextTokenCount }), request, options });
}

function unprocessable(message: string): SignalboxError {
  return new SignalboxError("unprocessable", message, { details: { param: "input" } });
}
