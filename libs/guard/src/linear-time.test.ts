import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EVERYTHING, guardOf } from "./__fixtures__/guards.ts";
import { scan, type Guard } from "./guard.ts";
import { scanJson } from "./json/scan-json.ts";
import { KEY_FORMATS } from "./secrets/find-keys.ts";
import { ScanStream } from "./stream/scan-stream.ts";

/** Pieces that, repeated, make each detector begin over and over again. */
const PIECES = [
  "a",
  "1",
  "@",
  ".",
  "-",
  "_",
  ":",
  "/",
  "=",
  "+",
  " ",
  "(",
  "[",
  "{",
  '"',
  "'",
  "\\",
  "\n",
  "\0",
  "é",
  "漢",
  "a@",
  "@a.",
  "a.",
  "1 ",
  "1-",
  "(1",
  "+1",
  "::",
  "a:",
  "1.",
  "0x",
  "12",
  "GB12 ",
  "eyJ",
  "eyJ.",
  "-eyJaaaaaaaaaa.eyJ",
  "://",
  "://a:",
  "a://b:c@",
  "-----BEGIN PRIVATE KEY-----",
  "-----END ",
  "PRIVATE KEY",
  "password is ",
  "token=",
  "token: '",
  'secret":"',
  "Q~",
  ":A",
  "-us",
  ".atlasv1.",
  "forget all ",
  "ignore ",
  "all previous ",
  "忽略",
  "call ",
  "ssn ",
  "card ",
  "\u{E0068}",
  "\u200b",
  "xxxxx",
  "titan",
  "ABC-1",
  ...new Set(KEY_FORMATS.flatMap(({ anchor }) => [anchor, ` ${anchor}a`])),
];
const CHARS = 32_768;
const ENDLESS_CHARS = 60_000;
const ANSWERS = guardOf({ injection: [] });
/** A scan of as much prose takes a few milliseconds; anything that is not linear takes minutes. */
const LIMIT_MS = 1_000;
const TEST_TIMEOUT_MS = 60_000;

test(
  "no piece, repeated, makes a scan slow",
  () => {
    const slow = PIECES.filter((piece) => takes(piece.repeat(Math.ceil(CHARS / piece.length)), EVERYTHING) > LIMIT_MS);
    expect(slow).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

test(
  "no two pieces in turn, repeated, make a scan slow",
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PIECES),
        fc.constantFrom(...PIECES),
        fc.integer({ min: 1, max: 30 }),
        (a, b, times) => {
          const piece = a.repeat(times) + b;
          expect(takes(piece.repeat(Math.ceil(CHARS / piece.length)), EVERYTHING)).toBeLessThan(LIMIT_MS);
        },
      ),
      { numRuns: 40 },
    );
  },
  TEST_TIMEOUT_MS,
);

test(
  "an expression that makes a backtracking engine hang is as fast as any other",
  () => {
    const evil = guardOf({
      pii: [],
      secrets: false,
      injection: [],
      patterns: ["(a+)+$", "(a|a)*b", "(.*a){12}", "(a*)*c|a", "([a-z]+)*\\d"].map((expression, at) => ({
        name: `evil-${at}`,
        expression: `x${expression}|a[^c]*c|a`,
        maxChars: 256,
      })),
    });
    for (const text of ["a".repeat(CHARS), `${"a".repeat(CHARS)}!`, `x${"ab".repeat(CHARS / 2)}`]) {
      expect(takes(text, evil)).toBeLessThan(LIMIT_MS);
    }
  },
  TEST_TIMEOUT_MS,
);

test(
  "a stream that never ends is released in the end, and costs no more the longer it gets",
  () => {
    for (const unit of ["a", "-----BEGIN PRIVATE KEY-----", "1 ", "a@", "["]) {
      const stream = new ScanStream(ANSWERS);
      let released = 0;
      const tookMs = cpuMs(() => {
        for (let at = 0; at < ENDLESS_CHARS; at += unit.length) released += stream.push(unit).text.length;
        released += stream.end().text.length;
      });
      expect(released).toBe(Math.ceil(ENDLESS_CHARS / unit.length) * unit.length);
      expect([unit, tookMs < 2_000]).toEqual([unit, true]);
    }
  },
  TEST_TIMEOUT_MS,
);

test(
  "no text makes a scan throw, and every finding lies within the text, in order",
  () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join("")),
    );
    fc.assert(
      fc.property(text, (each) => {
        let before = 0;
        for (const { start, end } of scan(each, EVERYTHING)) {
          expect(start).toBeGreaterThanOrEqual(before);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(each.length);
          before = start;
        }
        scanJson(each, EVERYTHING);
      }),
      { numRuns: 500 },
    );
  },
  TEST_TIMEOUT_MS,
);

function takes(text: string, guard: Guard): number {
  return cpuMs(() => scan(text, guard));
}

/** Of this thread alone, because other work on the machine does not count. */
function cpuMs(run: () => void): number {
  const before = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
