import { isObject } from "../check/check-value.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { argumentsText } from "../neutral/tool-call-text.ts";
import { readDetail, readFileData, readInlineData, withState } from "./media.ts";
import { readSignature } from "./signature.ts";

/** Fields that say something of a part beside what it holds. */
const BESIDE = new Set(
  "thought thoughtSignature partMetadata videoMetadata mediaResolution mediaProcessing speechMetadata".split(" "),
);

/** What a part may hold that is read here: a field that stands before it must not hide it. */
const READ = ["functionCall", "functionResponse", "inlineData", "fileData", "text"];

/**
 * One part of a content; null where it holds nothing. `mintId` makes the id of a call that has none. What this reader does not know
 * becomes a part of this form alone, as it stands.
 */
export function readPart(part: JsonObject, mintId: () => string): NeutralPart | null {
  const state = readSignature(part["thoughtSignature"]);
  const signed = state === null ? undefined : { state };
  const { text, functionCall: call } = part;
  const field = fieldOf(part);
  if (field === null || field === "text") {
    const said = typeof text === "string" ? text : "";
    if (said === "" && state === null) return null;
    return part["thought"] === true
      ? { kind: "reasoning", text: said, ...signed }
      : { kind: "text", text: said, ...signed };
  }
  if (isObject(call)) {
    const id = typeof call["id"] === "string" && call["id"] !== "" ? call["id"] : mintId();
    const name = typeof call["name"] === "string" ? call["name"] : "";
    return { kind: "tool-call", id, name, arguments: argumentsText(call["args"] ?? {}), ...signed };
  }
  const media = part["thought"] === true ? null : readMedia(part);
  return media === null ? { kind: "other", type: field, form: "gemini", body: part } : withState(media, state);
}

/** What a part holds, e.g. `inlineData`; null where nothing. */
export function fieldOf(part: JsonObject): string | null {
  const [read] = readFieldsOf(part);
  if (read !== undefined) return read;
  for (const field in part) if (!BESIDE.has(field) && part[field] !== null && part[field] !== undefined) return field;
  return null;
}

/** The fields of a part that are read; the format has one alone. */
export function readFieldsOf(part: JsonObject): readonly string[] {
  return READ.filter((field) => part[field] !== null && part[field] !== undefined);
}

/** The media of a part; null where it holds none. */
export function readMedia(part: JsonObject): ReturnType<typeof readInlineData> {
  const { inlineData, fileData, mediaResolution } = part;
  const detail = readDetail(mediaResolution);
  if (isObject(inlineData)) return readInlineData(inlineData, detail);
  return isObject(fileData) ? readFileData(fileData, detail) : null;
}
