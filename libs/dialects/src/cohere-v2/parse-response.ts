import { plainText } from "../check/plain-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf } from "../check/field-value.ts";
import { generatedChars, type NeutralAnnotation, type NeutralPart, type ToolCallPart } from "../neutral/part.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argumentsText, mintedCallId } from "../neutral/tool-call-text.ts";
import { NO_TEXT, placesAfter, readCitation, unitsAt } from "./citations.ts";
import { failureOf, noMessage } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { readLogprobs } from "./logprobs.ts";
import { readUsage } from "./usage.ts";

/** Reads a whole answer. Throws an `upstream-*` error when it is none. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(body)) throw noMessage(null, options);
  const { message } = body;
  if (!isObject(message)) throw noMessage(body, options);
  const calls = parseCalls(message["tool_calls"], options.defaults.id);
  const finish = readFinish(body["finish_reason"], calls.length > 0);
  if (finish.kind === "failure") throw failureOf(finish.reason, body["error"], options);
  const content = contentOf(message);
  const parts = [...content.parts, ...planOf(message), ...content.others, ...calls];
  const logprobs = readLogprobs(body["logprobs"]);
  const choice: NeutralChoice = {
    index: 0,
    parts,
    finish: finish.reason,
    ...(finish.stop === undefined ? {} : { stop: finish.stop }),
    ...(logprobs === null ? {} : { logprobs }),
  };
  const { id } = body;
  return {
    source: { dialect: "cohere-v2", body },
    ...options.defaults,
    ...(typeof id === "string" && id !== "" ? { id } : {}),
    choices: [choice],
    usage: readUsage(body["usage"]),
    outputChars: generatedChars(parts),
  };
}

/** The plan is reasoning that leads to calls. */
function planOf(message: JsonObject): NeutralPart[] {
  const plan = message["tool_plan"];
  return typeof plan === "string" && plan !== "" ? [{ kind: "reasoning", text: plan }] : [];
}

function contentOf(message: JsonObject): { readonly parts: NeutralPart[]; readonly others: NeutralPart[] } {
  const { content } = message;
  const blocks =
    typeof content === "string" ? [{ type: "text", text: content }] : Array.isArray(content) ? content : [];
  const cited = citationsOf(message["citations"], blocks);
  const parts = blocks.flatMap((block: unknown, index): NeutralPart[] => {
    if (!isObject(block)) return [];
    const { type, text, thinking } = block;
    if (typeof thinking === "string") return thinking === "" ? [] : [{ kind: "reasoning", text: thinking }];
    if (typeof text !== "string") return [{ kind: "other", type: plainText(type), form: "cohere-v2", body: block }];
    const annotations = cited.annotations.get(index);
    return [{ kind: "text", text, ...(annotations === undefined ? {} : { annotations }) }];
  });
  return { parts, others: cited.others };
}

type Cited = { readonly annotations: Map<number, NeutralAnnotation[]>; readonly others: NeutralPart[] };

/** Citations by the index of the block of text that they stand in. */
function citationsOf(value: unknown, blocks: readonly unknown[]): Cited {
  const cited: Cited = { annotations: new Map(), others: [] };
  const firstText = blocks.findIndex((block) => isText(block));
  for (const citation of objectsOf(value)) {
    const named = citation["content_index"];
    const index = typeof named === "number" && isText(blocks[named]) ? named : firstText;
    const block = blocks[index];
    const places = placesAfter(NO_TEXT, isText(block) ? block.text : "");
    const { annotations, other } = readCitation(citation, (codePoints) => unitsAt(places, codePoints));
    if (other !== null) cited.others.push(other);
    if (annotations.length > 0 && index !== -1) {
      cited.annotations.set(index, [...(cited.annotations.get(index) ?? []), ...annotations]);
    }
  }
  return cited;
}

function isText(block: unknown): block is { readonly text: string } {
  return isObject(block) && typeof block["text"] === "string";
}

function parseCalls(value: unknown, seed: string): ToolCallPart[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((call, index) => {
    const called = isObject(call["function"]) ? call["function"] : {};
    const { id } = call;
    return {
      kind: "tool-call",
      id: typeof id === "string" && id !== "" ? id : mintedCallId(seed, index),
      name: typeof called["name"] === "string" ? called["name"] : "",
      arguments: objectText(argumentsText(called["arguments"])) || "{}",
    };
  });
}

/** For a tool that takes nothing Cohere writes `null`. */
export function objectText(text: string): string {
  return text.trim() === "null" ? "{}" : text;
}
