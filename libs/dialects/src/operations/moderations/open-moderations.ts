import { SignalboxError } from "@signalbox/proto";
import { array, isObject, string, stringUpTo } from "../../check/check-value.ts";
import { wrongType } from "../../check/invalid.ts";
import type { JsonObject } from "../../neutral/source.ts";
import { noAnswer } from "../not-spoken.ts";
import { answerObject, overlaid } from "../openai-form.ts";
import { openaiAlone } from "../openai-wire.ts";
import type { OperationAnswer, OperationCall, ReadOperationOptions, RenderedOperation } from "../operation-call.ts";
import { checkedBody } from "../operation-fields.ts";
import { readOperationUsage } from "../operation-usage.ts";

const INPUTS_MAX = 1_024;

/**
 * Reads the body of `POST /v1/moderations` (https://platform.openai.com/docs/api-reference/moderations/create): a text, several, or
 * parts of which some may be images. The model may be left out, and is then chosen.
 */
export function openModerations(value: unknown): OperationCall {
  const body = checkedBody(value, { model: stringUpTo(256), input: checkInput }, ["input"]);
  const { texts, images } = contentOf(body["input"]);
  const openai = openaiAlone("moderations", "/moderations", body);
  return {
    shape: {
      model: (body["model"] as string | undefined) || "auto",
      textChars: texts.reduce((sum, text) => sum + text.length, 0),
      images,
    },
    text: texts.join("\n"),
    user: null,
    canonical: body,
    cacheFields: body,
    isMeasurable: true,
    takesText: false,
    renderFor: (wire, model) =>
      wire === "mistral" ? renderMistral(body, { model, images }) : openai.renderFor(wire, model),
    readAnswer: (wire, answer, options) =>
      wire === "mistral" ? readMistral(answer, options) : openai.readAnswer(wire, answer, options),
  };
}

function checkInput(value: unknown, param: string): void {
  if (typeof value === "string") return;
  if (!Array.isArray(value)) throw wrongType(param, "a string or an array", value);
  array(value, param)
    .slice(0, INPUTS_MAX)
    .forEach((item, index) => {
      if (!isObject(item)) string(item, `${param}[${index}]`);
    });
}

function contentOf(input: unknown): { texts: string[]; images: number } {
  const items: unknown[] = Array.isArray(input) ? input : [input];
  const texts = items.flatMap((item) => {
    const text = isObject(item) ? item["text"] : item;
    return typeof text === "string" ? [text] : [];
  });
  return { texts, images: items.filter((item) => isObject(item) && item["type"] === "image_url").length };
}

/** https://docs.mistral.ai/api/endpoint/classifiers: texts alone. */
function renderMistral(body: JsonObject, { model, images }: { model: string; images: number }): RenderedOperation {
  if (images > 0) {
    throw new SignalboxError("unprocessable", "This model looks at texts alone.", { details: { param: "input" } });
  }
  const { input } = body;
  const plain = Array.isArray(input) && input.some(isObject) ? contentOf(input).texts : input;
  return overlaid("/moderations", { input: plain }, model);
}

/** Mistral has categories of its own, and no word on the whole: it is flagged when any of them is. */
function readMistral(answer: unknown, options: ReadOperationOptions): OperationAnswer {
  const body = answerObject(answer, "moderations", options);
  const { results } = body;
  if (!Array.isArray(results)) throw noAnswer("moderations", options.provider);
  const flagged = results.map((result: unknown) => {
    const categories = isObject(result) && isObject(result["categories"]) ? result["categories"] : {};
    return { flagged: Object.values(categories).includes(true), ...(result as object) };
  });
  return { body: { ...body, results: flagged }, usage: readOperationUsage(body["usage"]), outputChars: 0 };
}
