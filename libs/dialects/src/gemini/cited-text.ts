import { COLLECT_MAX_CHARS } from "../neutral/collect-limit.ts";
import type { NeutralAnnotation } from "../neutral/part.ts";
import { byteLengthOf } from "../neutral/utf8-cut.ts";
import { type Segment, segmentOf } from "./grounding.ts";

/** The text of a streamed choice, while what it cites is not told yet: clients are told at its end, in places of all of the text. */
export type CitedText = {
  readonly bytesBefore: number;
  /** Of the part that is open. */
  readonly text: string;
  readonly open: readonly NeutralAnnotation[];
  readonly segments: readonly Segment[];
};

export const NO_CITED_TEXT: CitedText = { bytesBefore: 0, text: "", open: [], segments: [] };

/** What an answer cites beyond this is not told. */
const SEGMENTS_MAX = 1024;

export function withText(cited: CitedText, text: string): CitedText {
  const isWithin = cited.text.length + text.length <= COLLECT_MAX_CHARS;
  return isWithin ? { ...cited, text: cited.text + text } : cited;
}

export function citing(cited: CitedText, annotation: NeutralAnnotation): CitedText {
  const isWithin = cited.open.length + cited.segments.length < SEGMENTS_MAX;
  return isWithin ? { ...cited, open: [...cited.open, annotation] } : cited;
}

/** The open part is over, and with it the places in it. */
export function closed({ bytesBefore, text, open, segments }: CitedText): CitedText {
  const found = open.flatMap((annotation) => segmentOf(annotation, text, { partIndex: null, bytesBefore }) ?? []);
  return { bytesBefore: bytesBefore + byteLengthOf(text), text: "", open: [], segments: [...segments, ...found] };
}
