import { arrayOf, type Check, integer, object, string } from "../../check/check-value.ts";
import { invalid, missing } from "../../check/invalid.ts";
import type { JsonObject } from "../../neutral/source.ts";

/** One text to embed, as Gemini's callers ask for it. */
export type Asked = {
  readonly body: JsonObject;
  readonly text: string;
  /** What of its content is no text. */
  readonly foreign: string | null;
};

const REQUESTS_MAX = 2_048;
const DIMENSIONS_MAX = 65_536;
/** Reads a body of one content, or of several in `requests`. Throws `invalid-request` naming the field. */
export function readAsked(body: JsonObject): Asked[] {
  return body["requests"] === undefined ? [askedOne(body, "")] : askedInBatch(body["requests"]);
}

/** What all requests say alike; null where they differ, or say nothing. */
export function sharedField(asked: readonly Asked[], name: string): unknown {
  const first = asked[0]!.body[name] ?? null;
  return asked.every(({ body }) => (body[name] ?? null) === first) ? first : null;
}

const checkRequests: Check = arrayOf((each, param) => void object(each, param), { min: 1, max: REQUESTS_MAX });

function askedInBatch(requests: unknown): Asked[] {
  checkRequests(requests, "requests");
  return (requests as JsonObject[]).map((request, index) => askedOne(request, `requests[${index}].`));
}

function askedOne(body: JsonObject, at: string): Asked {
  const { content, outputDimensionality } = body;
  if (content === undefined || content === null) throw missing(`${at}content`);
  const { parts } = object(content, `${at}content`);
  const param = `${at}content.parts`;
  if (!Array.isArray(parts) || parts.length === 0)
    throw invalid(param, `Invalid '${param}': expected parts with text.`);
  if (outputDimensionality != null) integer(1, DIMENSIONS_MAX)(outputDimensionality, `${at}outputDimensionality`);
  const texts: string[] = [];
  let foreign: string | null = null;
  for (const [index, part] of (parts as unknown[]).entries()) {
    const { text } = object(part, `${param}[${index}]`);
    if (text === undefined) foreign ??= `${param}[${index}]`;
    else texts.push(string(text, `${param}[${index}].text`));
  }
  const text = texts.join("\n");
  if (text === "" && foreign === null) throw invalid(param, `Invalid '${param}': there is no text in it.`);
  return { body, text, foreign };
}
