import { isObject } from "../check/check-value.ts";
import { saidText, textOrNull } from "../check/field-value.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

const NONE: readonly NeutralAnnotation[] = [];

/** The kinds of citation, by `type`. Their indexes count in the cited document, never in the answer's text. */
const KINDS: ReadonlyMap<unknown, NeutralAnnotation["kind"]> = new Map<unknown, NeutralAnnotation["kind"]>([
  ["web_search_result_location", "url"],
  ["search_result_location", "url"],
  ["char_location", "document"],
  ["page_location", "document"],
  ["content_block_location", "document"],
]);

/** The `citations` of a text block. */
export function readCitations(value: unknown): readonly NeutralAnnotation[] {
  if (!Array.isArray(value) || value.length === 0) return NONE;
  return value.filter(isObject).map(readCitation);
}

export function readCitation(body: JsonObject): NeutralAnnotation {
  const kind = KINDS.get(body["type"]) ?? "other";
  return {
    kind,
    // A search result's source is nearly always a URL.
    url: kind === "url" ? saidText(body["url"] ?? body["source"]) : null,
    title: saidText(body["title"] ?? body["document_title"]),
    citedText: textOrNull(body["cited_text"]),
    start: null,
    end: null,
    form: "anthropic-messages",
    body,
  };
}

/**
 * An annotation as a citation, or null where none can say it. One of another wire that cites a URL becomes a web search result without
 * the index that only Anthropic's own search gives.
 */
export function renderCitation(annotation: NeutralAnnotation): JsonObject | null {
  if (annotation.form === "anthropic-messages") return annotation.body;
  if (annotation.url === null) return null;
  return {
    type: "web_search_result_location",
    url: annotation.url,
    title: annotation.title,
    cited_text: annotation.citedText ?? "",
    encrypted_index: "",
  };
}

/** Whether a citation was made by `renderCitation`: Anthropic itself would refuse it. */
export function isMadeCitation(value: unknown): boolean {
  return isObject(value) && value["type"] === "web_search_result_location" && value["encrypted_index"] === "";
}
