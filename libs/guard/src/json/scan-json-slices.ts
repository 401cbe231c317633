import type { Guard } from "../guard.ts";
import { ScanStream, type Released } from "../stream/scan-stream.ts";
import { eachJsonString, type JsonString } from "./json-strings.ts";
import { scanStrings, type JsonFinding } from "./scan-json.ts";

/** How much is scanned between two pauses: about half a millisecond's work. */
const SLICE_CHARS = 8_192;
/** The pieces of a string that is longer than a slice. */
const PIECE_CHARS = 4_096;

export type SlicedScan = {
  readonly findings: JsonFinding[];
  /** False: the text is longer than `textMaxChars`, and its rest was not scanned. */
  readonly complete: boolean;
};

/**
 * `scanJson` in slices: it yields after each, so that the caller can do other work. A text of one slice is scanned without a
 * pause. The same text always gives the same findings.
 */
export function* scanJsonSlices(
  json: string,
  guard: Guard,
  options: { textMaxChars: number },
): Generator<void, SlicedScan> {
  const findings: JsonFinding[] = [];
  let slice: JsonString[] = [];
  let first = 0;
  let sliceChars = 0;
  let leftChars = options.textMaxChars;
  let field = 0;
  const scanSlice = (): void => {
    findings.push(...scanStrings(slice, first, guard));
    slice = [];
    sliceChars = 0;
  };
  for (const string of eachJsonString(json)) {
    const { length } = string.value;
    if (slice.length > 0 && sliceChars + length > SLICE_CHARS) {
      scanSlice();
      yield;
    }
    if (length > Math.min(SLICE_CHARS, leftChars)) {
      scanSlice();
      const found = yield* scanLong(string.value.slice(0, leftChars), guard);
      findings.push(...found.map((finding) => ({ ...finding, field })));
    } else {
      if (slice.length === 0) first = field;
      slice.push(string);
      sliceChars += length;
    }
    leftChars -= length;
    if (leftChars < 0) return { findings, complete: false };
    field += 1;
  }
  scanSlice();
  return { findings, complete: true };
}

function* scanLong(text: string, guard: Guard): Generator<void, Omit<JsonFinding, "field">[]> {
  const stream = new ScanStream(guard);
  const findings: Omit<JsonFinding, "field">[] = [];
  let offset = 0;
  const take = (released: Released): void => {
    for (const { type, start, end } of released.findings) {
      findings.push({ type, start: start + offset, end: end + offset });
    }
    offset += released.text.length;
  };
  for (let at = 0; at < text.length; at += PIECE_CHARS) {
    take(stream.push(text.slice(at, at + PIECE_CHARS)));
    yield;
  }
  take(stream.end());
  return findings;
}
