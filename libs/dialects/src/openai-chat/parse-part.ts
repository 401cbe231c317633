import { object, optionalString, string } from "../check/check-value.ts";
import { isSet } from "../check/field-value.ts";
import { invalid, missing, notOneOf } from "../check/invalid.ts";
import { type MediaSource, readDataUrl } from "../neutral/media-source.ts";
import type { CacheMark, NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { thinkingTextOf } from "./content.ts";

const PART_TYPES = ["text", "image_url", "input_audio", "file", "refusal"] as const;

const MARKED = new Set<NeutralPart["kind"]>(["text", "image", "audio", "file"]);

/** One part of a message's content; `param` is its path. */
export function parsePart(value: unknown, role: unknown, param: string): NeutralPart {
  const part = object(value, param);
  const parsed = parseKind(part, role, param);
  const { cache_control: cache, prompt_cache_breakpoint: breakpoint } = part;
  if (!MARKED.has(parsed.kind)) return parsed;
  // OpenRouter and Alibaba take Anthropic's marks in this dialect.
  if (isSet(cache)) return { ...parsed, cache: cacheMarkOf(cache) } as NeutralPart;
  // A breakpoint lives for half an hour and more, which no mark says.
  return isSet(breakpoint) ? ({ ...parsed, cache: { ttl: null } } as NeutralPart) : parsed;
}

function parseKind(part: JsonObject, role: unknown, param: string): NeutralPart {
  const type = string(part["type"], `${param}.type`);
  switch (type) {
    case "text":
      return { kind: "text", text: string(part["text"], `${param}.text`) };
    case "image_url":
      return parseImage(part["image_url"], `${param}.image_url`);
    case "input_audio":
      return parseAudio(part["input_audio"], `${param}.input_audio`);
    case "file":
      return parseFile(part["file"], `${param}.file`);
    case "refusal":
      return { kind: "refusal", text: string(part["refusal"], `${param}.refusal`) };
    default:
      // An answer that is sent back as history may hold parts of its provider's own making.
      if (role !== "assistant") throw notOneOf(`${param}.type`, PART_TYPES);
      return type === "thinking"
        ? { kind: "reasoning", text: thinkingTextOf(part) }
        : { kind: "other", type, form: "openai-chat", body: part };
  }
}

function parseImage(value: unknown, param: string): NeutralPart {
  const image = typeof value === "string" ? { url: value } : object(value, param);
  const url = string(image["url"], `${param}.url`);
  // Only the start is looked at: the rest of a data URL can be many megabytes.
  if (!/^(https?:\/\/.|data:[^,]{0,255};base64,.)/i.test(url.slice(0, 512))) {
    throw invalid(
      `${param}.url`,
      `Invalid '${param}.url': expected an http or https URL, or a data URL with base64 data.`,
    );
  }
  const source = readDataUrl(url) ?? ({ kind: "url", url } as const);
  return { kind: "image", source, detail: optionalString(image["detail"], `${param}.detail`) };
}

function parseAudio(value: unknown, param: string): NeutralPart {
  const audio = object(value, param);
  const data = string(audio["data"], `${param}.data`);
  const format = string(audio["format"], `${param}.format`);
  return { kind: "audio", source: { kind: "base64", mime: `audio/${format}`, data } };
}

function parseFile(value: unknown, param: string): NeutralPart {
  const file = object(value, param);
  const id = optionalString(file["file_id"], `${param}.file_id`);
  const data = optionalString(file["file_data"], `${param}.file_data`);
  const name = optionalString(file["filename"], `${param}.filename`);
  if (id !== null) return { kind: "file", source: { kind: "file-id", id, form: "openai-chat" }, name };
  if (data === null) throw missing(`${param}.file_id`);
  return { kind: "file", source: sourceOfFile(data, name), name };
}

/** The bytes are a data URL, or base64 alone: what they are then shows in the file's name. */
function sourceOfFile(data: string, name: string | null): MediaSource {
  const mime = name?.toLowerCase().endsWith(".txt") === true ? "text/plain" : "application/pdf";
  return readDataUrl(data) ?? { kind: "base64", mime, data };
}

export function cacheMarkOf(value: unknown): CacheMark {
  const ttl = typeof value === "object" && value !== null ? (value as JsonObject)["ttl"] : undefined;
  return { ttl: ttl === "5m" || ttl === "1h" ? ttl : null };
}
