import { isObject } from "../check/check-value.ts";
import { listOf, objectsOf } from "../check/field-value.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

const NONE: readonly NeutralAnnotation[] = [];

/**
 * What an answer rests on, where a host says so beside the choices: Perplexity's `search_results`, with titles, and the bare `citations` of
 * Perplexity and xAI (https://docs.perplexity.ai/api-reference/sonar-post). The text names them by their numbers, so each belongs to all of it.
 */
export function readSearchResults(body: JsonObject): readonly NeutralAnnotation[] {
  const { search_results: results, citations } = body;
  const found = objectsOf(results);
  if (found.length > 0) return found.flatMap(({ url, title }) => sourceOf(url, title));
  return listOf(citations).flatMap((citation) => {
    return isObject(citation) ? sourceOf(citation["url"], citation["title"]) : sourceOf(citation, null);
  });
}

function sourceOf(url: unknown, title: unknown): readonly NeutralAnnotation[] {
  if (typeof url !== "string" || url === "") return NONE;
  const named = typeof title === "string" && title !== "" ? title : null;
  const body = { type: "url_citation", url_citation: { url, ...(named === null ? {} : { title: named }) } };
  return [{ kind: "url", url, title: named, citedText: null, start: null, end: null, form: "openai-chat", body }];
}
