import { plainText } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { saidText } from "../check/field-value.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

const NONE: readonly NeutralAnnotation[] = [];

/** The `annotations` of an `output_text`: their indexes count in that text. */
export function readAnnotations(value: unknown): readonly NeutralAnnotation[] {
  if (!Array.isArray(value) || value.length === 0) return NONE;
  return value.filter(isObject).map(readAnnotation);
}

export function readAnnotation(body: JsonObject): NeutralAnnotation {
  const { type, url, title, filename, start_index: start, end_index: end } = body;
  return {
    kind: type === "url_citation" ? "url" : plainText(type).startsWith("file") ? "file" : "other",
    url: saidText(url),
    title: saidText(title ?? filename),
    citedText: null,
    start: typeof start === "number" ? start : null,
    end: typeof end === "number" ? end : null,
    form: "openai-responses",
    body,
  };
}

/** An annotation as this dialect writes it, or null when it cites no URL. `chars`: one without a place belongs to that much of the text. */
export function renderAnnotation(annotation: NeutralAnnotation, chars: number): JsonObject | null {
  if (annotation.form === "openai-responses") return annotation.body;
  if (annotation.url === null) return null;
  return {
    type: "url_citation",
    start_index: annotation.start ?? 0,
    end_index: annotation.end ?? chars,
    url: annotation.url,
    title: annotation.title ?? annotation.url,
  };
}
