import { plainNumber } from "../check/plain-value.ts";
import { isObject } from "../check/check-value.ts";
import { objectsOf, saidText } from "../check/field-value.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { byteLengthOf } from "../neutral/utf8-cut.ts";

/** An annotation, with the part of the content that it belongs to; null: the format does not say. */
export type PlacedAnnotation = { readonly partIndex: number | null; readonly annotation: NeutralAnnotation };

/**
 * How a byte of a part's UTF-8 is told in UTF-16 units; null where the text is not at hand. Where the part is not named it is the
 * content's one text.
 */
type ByteToUnit = (partIndex: number | null, byte: number) => number | null;

/**
 * What a candidate cites: its `groundingMetadata` and its `citationMetadata`. Places in the format are bytes of UTF-8. `before`: the
 * sources that a stream has told before.
 */
export function readCitations(
  candidate: JsonObject,
  unitOf: ByteToUnit,
  before: readonly JsonObject[] = [],
): PlacedAnnotation[] {
  const { groundingMetadata: grounding, citationMetadata: citation } = candidate;
  return [
    ...(isObject(grounding) ? readGrounding(grounding, unitOf, before) : []),
    ...(isObject(citation) ? readSources(citation, unitOf) : []),
  ];
}

/** More sources than any answer rests on are not kept. */
const SOURCES_MAX = 1_024;

/** The sources that a stream has told after one candidate more. */
export function withSources(before: readonly JsonObject[], candidate: JsonObject): readonly JsonObject[] {
  const metadata = candidate["groundingMetadata"];
  const told = isObject(metadata) ? objectsOf(metadata["groundingChunks"]) : [];
  return told.length === 0 ? before : [...before, ...told].slice(0, SOURCES_MAX);
}

function readGrounding(metadata: JsonObject, unitOf: ByteToUnit, before: readonly JsonObject[]): PlacedAnnotation[] {
  const own = objectsOf(metadata["groundingChunks"]);
  const supports = objectsOf(metadata["groundingSupports"]);
  // Some events count in their own list, some in that of all events.
  const chunks = supports.some((support) => indicesOf(support).some((index) => index >= own.length))
    ? [...before, ...own]
    : own;
  if (supports.length === 0) {
    return chunks.map((chunk) => ({ partIndex: null, annotation: { ...sourceOf(chunk), ...NOWHERE, body: chunk } }));
  }
  return supports.flatMap((support) => {
    const segment = isObject(support["segment"]) ? support["segment"] : {};
    const partIndex = numberOr(segment["partIndex"], 0);
    const place = {
      citedText: saidText(segment["text"]),
      // A start that is 0 is left out, as the JSON form of Protocol Buffers has it.
      start: unitOf(partIndex, numberOr(segment["startIndex"], 0)),
      end: typeof segment["endIndex"] === "number" ? unitOf(partIndex, segment["endIndex"]) : null,
    };
    return indicesOf(support).flatMap((index) => {
      const chunk = chunks[index];
      return chunk === undefined
        ? []
        : [{ partIndex, annotation: { ...sourceOf(chunk), ...place, body: { ...support, chunk } } }];
    });
  });
}

function indicesOf({ groundingChunkIndices: indices }: JsonObject): readonly number[] {
  return Array.isArray(indices) ? indices.map(plainNumber) : [];
}

const NOWHERE = { citedText: null, start: null, end: null };

/** A chunk is of one of several kinds, each with the same words for where and what it is. */
function sourceOf(chunk: JsonObject): Pick<NeutralAnnotation, "kind" | "url" | "title" | "form"> {
  const inner = Object.values(chunk).find(isObject) ?? {};
  const url = saidText(inner["uri"]) ?? saidText(inner["sourceUri"]);
  const title = saidText(inner["title"]);
  return { kind: url === null ? "document" : "url", url, title, form: "gemini" };
}

/** AI Studio calls the list `citationSources`, Vertex `citations`. */
function readSources(metadata: JsonObject, unitOf: ByteToUnit): PlacedAnnotation[] {
  const sources = objectsOf(metadata["citationSources"] ?? metadata["citations"]);
  return sources.map((body) => {
    const url = saidText(body["uri"]);
    const annotation = {
      kind: url === null ? "other" : "url",
      url,
      title: saidText(body["title"]),
      citedText: null,
      start: unitOf(null, numberOr(body["startIndex"], 0)),
      end: typeof body["endIndex"] === "number" ? unitOf(null, body["endIndex"]) : null,
      form: "gemini",
      body,
    } as const;
    return { partIndex: null, annotation };
  });
}

/** A place that is cited, in bytes of UTF-8, and what is cited there. */
export type Segment = {
  /** Null: the places count in all of the text. */
  readonly partIndex: number | null;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly text: string;
  readonly url: string;
  readonly title: string | null;
};

/** The segment that an annotation of a text names; null where it cites no URL. One without a place belongs to all of the text. */
export function segmentOf(
  annotation: NeutralAnnotation,
  text: string,
  at: { readonly partIndex: number | null; readonly bytesBefore: number },
): Segment | null {
  const { url, title, citedText } = annotation;
  if (url === null) return null;
  const start = annotation.start ?? 0;
  const end = annotation.end ?? text.length;
  return {
    partIndex: at.partIndex,
    startIndex: at.bytesBefore + byteLengthOf(text.slice(0, start)),
    endIndex: at.bytesBefore + byteLengthOf(text.slice(0, end)),
    text: citedText ?? text.slice(start, end),
    url,
    title,
  };
}

/** Segments as the `groundingMetadata` of a candidate; nothing where there are none. */
export function renderGrounding(segments: readonly Segment[]): JsonObject {
  if (segments.length === 0) return {};
  const groundingSupports = segments.map(({ partIndex, startIndex, endIndex, text }, index) => {
    const segment = { ...(partIndex === null ? {} : { partIndex }), startIndex, endIndex, text };
    return { segment, groundingChunkIndices: [index] };
  });
  const groundingChunks = segments.map(({ url, title }) => ({ web: { uri: url, title: title ?? url } }));
  return { groundingMetadata: { groundingChunks, groundingSupports } };
}

/** The UTF-16 unit at which a byte of the text's UTF-8 stands. */
export function unitAtByte(text: string, byte: number): number {
  return Buffer.from(text, "utf8").subarray(0, byte).toString("utf8").length;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
