import { array, isObject, object, optionalString, string } from "../check/check-value.ts";
import { invalid, notOneOf } from "../check/invalid.ts";
import type { MediaSource } from "../neutral/media-source.ts";
import type { FilePart, ImagePart, OtherPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

const FORM = "anthropic-messages";

/** An `image` block; `param` is its path. */
export function parseImage(block: JsonObject, param: string): ImagePart {
  return { kind: "image", source: parseSource(block["source"], `${param}.source`, IMAGE_SOURCES), detail: null };
}

const IMAGE_SOURCES = ["base64", "url", "file"] as const;
const DOCUMENT_SOURCES = ["base64", "url", "file", "text", "content"] as const;

/** A `document` block. One that is made of blocks of its own is a part that only this form understands, unless all of them are text. */
export function parseDocument(block: JsonObject, param: string): FilePart | OtherPart {
  const source = object(block["source"], `${param}.source`);
  const text = source["type"] === "content" ? contentText(source["content"], `${param}.source.content`) : null;
  if (source["type"] === "content" && text === null) {
    return { kind: "other", type: "document", form: FORM, body: block };
  }
  const context = optionalString(block["context"], `${param}.context`);
  return {
    kind: "file",
    source: text === null ? parseSource(source, `${param}.source`, DOCUMENT_SOURCES) : { kind: "text", text },
    name: optionalString(block["title"], `${param}.title`),
    ...(context === null ? {} : { context }),
    ...citationsOf(block),
  };
}

/** A `search_result` block, as what the caller's own search found: a text with a title, and its place as what is to be known beside it. */
export function parseSearchResult(block: JsonObject, param: string): FilePart {
  const texts = array(block["content"], `${param}.content`).map((each, index) => {
    return string(object(each, `${param}.content[${index}]`)["text"], `${param}.content[${index}].text`);
  });
  return {
    kind: "file",
    source: { kind: "text", text: texts.join("\n") },
    name: string(block["title"], `${param}.title`),
    context: string(block["source"], `${param}.source`),
    ...citationsOf(block),
  };
}

function citationsOf({ citations }: JsonObject): Pick<FilePart, "citations"> {
  return isObject(citations) ? { citations: citations["enabled"] === true } : {};
}

function parseSource(value: unknown, param: string, allowed: readonly string[]): MediaSource {
  const source = object(value, param);
  const type = string(source["type"], `${param}.type`);
  if (!allowed.includes(type)) throw notOneOf(`${param}.type`, allowed);
  switch (type) {
    case "base64": {
      const mime = string(source["media_type"], `${param}.media_type`);
      return { kind: "base64", mime, data: string(source["data"], `${param}.data`) };
    }
    case "url":
      return { kind: "url", url: urlOf(source["url"], `${param}.url`) };
    case "text":
      return { kind: "text", text: string(source["data"], `${param}.data`) };
    default:
      return { kind: "file-id", id: string(source["file_id"], `${param}.file_id`), form: FORM };
  }
}

function urlOf(value: unknown, param: string): string {
  const url = string(value, param);
  if (/^https?:\/\/./i.test(url)) return url;
  throw invalid(param, `Invalid '${param}': expected an http or https URL.`);
}

/** All text of a document's blocks; null when some of them are none. */
function contentText(value: unknown, param: string): string | null {
  if (typeof value === "string") return value;
  const texts = array(value, param).map((block) => {
    return isObject(block) && block["type"] === "text" && typeof block["text"] === "string" ? block["text"] : null;
  });
  return texts.includes(null) ? null : texts.join("\n");
}
