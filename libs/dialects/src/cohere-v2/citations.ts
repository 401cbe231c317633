import { isObject } from "../check/check-value.ts";
import { objectsOf, saidText } from "../check/field-value.ts";
import type { NeutralAnnotation, OtherPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A citation of an answer's text has one annotation for each source. One of anything else is a part that only Cohere understands. */
type CitationReading = { readonly annotations: readonly NeutralAnnotation[]; readonly other: OtherPart | null };

/** Reads a citation. `unitsBefore` turns an index in code points, which is what Cohere counts in, into one in UTF-16 units. */
export function readCitation(citation: JsonObject, toUnits: (codePoints: number) => number): CitationReading {
  const { type } = citation;
  if (type === "PLAN" || type === "THINKING_CONTENT") {
    return { annotations: [], other: { kind: "other", type: "citation", form: "cohere-v2", body: citation } };
  }
  const sources = objectsOf(citation["sources"]);
  const place = {
    citedText: null,
    start: unitsOf(citation["start"], toUnits),
    end: unitsOf(citation["end"], toUnits),
    form: "cohere-v2",
    body: citation,
  } as const;
  const found = (sources.length === 0 ? [{}] : sources).map((source) => ({ ...sourceOf(source), ...place }));
  return { annotations: found, other: null };
}

/** A document, or what a tool gave back, whose fields are the caller's own: `url` and `title` are what nearly everybody calls them. */
function sourceOf(source: JsonObject): Pick<NeutralAnnotation, "kind" | "url" | "title"> {
  const shown = isObject(source["document"]) ? source["document"] : source["tool_output"];
  const from = isObject(shown) ? shown : {};
  const url = saidText(from["url"]);
  const kind = url !== null ? "url" : source["type"] === "document" ? "document" : "other";
  return { kind, url, title: saidText(from["title"]) ?? saidText(source["id"]) };
}

function unitsOf(value: unknown, toUnits: (codePoints: number) => number): number | null {
  return typeof value === "number" ? toUnits(value) : null;
}

/** Where code points stand that take two UTF-16 units, counted in code points. */
export type WidePlaces = { readonly codePoints: number; readonly wide: readonly number[] };

export const NO_TEXT: WidePlaces = { codePoints: 0, wide: [] };

/** The places after a piece of text more. */
export function placesAfter({ codePoints, wide }: WidePlaces, text: string): WidePlaces {
  let count = codePoints;
  const found: number[] = [];
  for (const char of text) {
    if (char.length > 1) found.push(count);
    count += 1;
  }
  return { codePoints: count, wide: found.length === 0 ? wide : [...wide, ...found] };
}

/** An index in code points as one in UTF-16 units. */
export function unitsAt({ wide }: WidePlaces, codePoints: number): number {
  return codePoints + wide.filter((place) => place < codePoints).length;
}
