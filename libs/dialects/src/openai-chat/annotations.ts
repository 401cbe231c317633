import { isObject } from "../check/check-value.ts";
import { numberOrNull, saidText } from "../check/field-value.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

const NONE: readonly NeutralAnnotation[] = [];

/** The `annotations` of a message or a delta: `url_citation`s, whose indexes count in the message's text. */
export function readAnnotations(value: unknown): readonly NeutralAnnotation[] {
  if (!Array.isArray(value) || value.length === 0) return NONE;
  return value.filter(isObject).map(readAnnotation);
}

function readAnnotation(body: JsonObject): NeutralAnnotation {
  const citation = isObject(body["url_citation"]) ? body["url_citation"] : null;
  return {
    kind: citation === null ? "other" : "url",
    url: saidText(citation?.["url"]),
    title: saidText(citation?.["title"]),
    citedText: saidText(citation?.["content"]),
    start: numberOrNull(citation?.["start_index"]),
    end: numberOrNull(citation?.["end_index"]),
    form: "openai-chat",
    body,
  };
}

/**
 * An annotation as a `url_citation`, or null when it cites no URL. `offset` is where the part that it belongs to starts in the message's
 * text; one without a place belongs to all of the part.
 */
export function renderAnnotation(
  annotation: NeutralAnnotation,
  place: { readonly offset: number; readonly chars: number },
): JsonObject | null {
  if (annotation.url === null) return null;
  return {
    type: "url_citation",
    url_citation: {
      start_index: place.offset + (annotation.start ?? 0),
      end_index: place.offset + (annotation.end ?? place.chars),
      title: annotation.title ?? annotation.url,
      url: annotation.url,
      // OpenRouter's addition, which clients that do not know it skip.
      ...(annotation.citedText === null ? {} : { content: annotation.citedText }),
    },
  };
}
