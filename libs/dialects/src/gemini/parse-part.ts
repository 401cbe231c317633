import { boolean, object, optionalString, string } from "../check/check-value.ts";
import { invalid } from "../check/invalid.ts";
import type { JsonObject } from "../neutral/source.ts";
import { fieldOf, readFieldsOf } from "./read-part.ts";

/** Checks one of a content's `parts`, which the reader of parts then reads. `param` is its path. */
export function checkPart(value: unknown, param: string): JsonObject {
  const part = object(value, param);
  if (part["thought"] !== undefined && part["thought"] !== null) boolean(part["thought"], `${param}.thought`);
  optionalString(part["thoughtSignature"], `${param}.thoughtSignature`);
  const [, second] = readFieldsOf(part);
  if (second !== undefined) throw invalid(param, `Invalid '${param}': a part holds one kind of data alone.`);
  const field = fieldOf(part);
  if (field === null) {
    // A signature may come on a part of its own, and clients send it back so.
    if (typeof part["thoughtSignature"] === "string" || part["thought"] === true) return part;
    throw invalid(param, `Invalid '${param}': a part must hold data, such as 'text'.`);
  }
  CHECKS.get(field)?.(part[field], `${param}.${field}`);
  return part;
}

const CHECKS = new Map<string, (value: unknown, param: string) => void>(
  Object.entries({
    text: (value: unknown, param: string) => void string(value, param),
    inlineData: (value: unknown, param: string) => {
      const blob = object(value, param);
      string(blob["mimeType"], `${param}.mimeType`);
      string(blob["data"], `${param}.data`);
    },
    fileData: (value: unknown, param: string) => {
      const file = object(value, param);
      string(file["fileUri"], `${param}.fileUri`);
      optionalString(file["mimeType"], `${param}.mimeType`);
    },
    functionCall: (value: unknown, param: string) => checkCall(object(value, param), "args", param),
    functionResponse: (value: unknown, param: string) => checkCall(object(value, param), "response", param),
  }),
);

function checkCall(call: JsonObject, field: string, param: string): void {
  string(call["name"], `${param}.name`);
  optionalString(call["id"], `${param}.id`);
  if (call[field] !== undefined && call[field] !== null) object(call[field], `${param}.${field}`);
}
