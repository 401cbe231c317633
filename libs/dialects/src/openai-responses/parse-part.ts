import { object, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, missing, notOneOf, wrongType } from "../check/invalid.ts";
import { readDataUrl } from "../neutral/media-source.ts";
import type { CacheMark, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readAnnotations } from "./annotations.ts";

const INPUT_TYPES = ["input_text", "input_image", "input_file"] as const;

/** The content of a message or of a tool's output: a text, or parts. `param` is its path. */
export function parseContent(content: unknown, role: string, param: string): readonly NeutralPart[] {
  if (typeof content === "string") return [{ kind: "text", text: content }];
  if (content === undefined) throw missing(param);
  if (!Array.isArray(content)) throw wrongType(param, "a string or an array of parts", content);
  return content.map((part: unknown, index) => parsePart(part, role, `${param}[${index}]`));
}

function parsePart(value: unknown, role: string, param: string): NeutralPart {
  const part = object(value, param);
  const parsed = parseKind(part, role, param);
  // A breakpoint lives for half an hour and more, which no mark says.
  return isSet(part["prompt_cache_breakpoint"]) ? ({ ...parsed, cache: MARK } as NeutralPart) : parsed;
}

const MARK: CacheMark = { ttl: null };

function parseKind(part: JsonObject, role: string, param: string): NeutralPart {
  const type = string(part["type"], `${param}.type`);
  switch (type) {
    case "input_text":
    case "text":
      return { kind: "text", text: string(part["text"], `${param}.text`) };
    case "output_text": {
      const annotations = readAnnotations(part["annotations"]);
      const text = string(part["text"], `${param}.text`);
      return { kind: "text", text, ...(annotations.length === 0 ? undefined : { annotations }) };
    }
    case "refusal":
      return { kind: "refusal", text: string(part["refusal"], `${param}.refusal`) };
    case "input_image":
      return parseImage(part, param);
    case "input_file":
      return parseFile(part, param);
    default:
      // An answer that is sent back as history may hold parts of its provider's own making.
      if (role !== "assistant") throw notOneOf(`${param}.type`, INPUT_TYPES);
      return { kind: "other", type, form: "openai-responses", body: part };
  }
}

function parseImage(part: JsonObject, param: string): NeutralPart {
  const detail = optionalString(part["detail"], `${param}.detail`);
  const id = optionalString(part["file_id"], `${param}.file_id`);
  if (id !== null) return { kind: "image", source: { kind: "file-id", id, form: "openai-responses" }, detail };
  const url = string(part["image_url"] ?? undefined, `${param}.image_url`);
  // Only the start is looked at: the rest of a data URL can be many megabytes.
  if (!/^(https?:\/\/.|data:[^,]{0,255};base64,.)/i.test(url.slice(0, 512))) {
    throw invalid(
      `${param}.image_url`,
      `Invalid '${param}.image_url': expected an http or https URL, or a data URL with base64 data.`,
    );
  }
  return { kind: "image", source: readDataUrl(url) ?? { kind: "url", url }, detail };
}

function parseFile(part: JsonObject, param: string): NeutralPart {
  const id = optionalString(part["file_id"], `${param}.file_id`);
  const url = optionalString(part["file_url"], `${param}.file_url`);
  const data = optionalString(part["file_data"], `${param}.file_data`);
  const name = optionalString(part["filename"], `${param}.filename`);
  if (id !== null) return { kind: "file", source: { kind: "file-id", id, form: "openai-responses" }, name };
  if (url !== null) return { kind: "file", source: { kind: "url", url }, name };
  if (data === null) throw missing(`${param}.file_id`);
  const mime = name?.toLowerCase().endsWith(".txt") === true ? "text/plain" : "application/pdf";
  return { kind: "file", source: readDataUrl(data) ?? { kind: "base64", mime, data }, name };
}
