import * as fc from "fast-check";
import { expect, test } from "vitest";
import { guardOf, told } from "../__fixtures__/guards.ts";
import { GITHUB_KEY, JWT, PEM, random } from "../__fixtures__/keys.ts";
import { scan } from "../guard.ts";
import { ScanStream } from "./scan-stream.ts";

const GUARD = guardOf({ injection: [] });
const TEST_TIMEOUT_MS = 60_000;
const PARTS = [
  GITHUB_KEY,
  JWT,
  PEM,
  "jane@example.org",
  "DE89 3704 0044 0532 0130 00",
  "4111 1111 1111 1111",
  "(415) 555-2671",
  "Call me at 467 3395",
  "my password is Sommer2024!",
  `api_key = "${random(40)}"`,
  "203.0.113.9",
  "The quick brown fox jumps over the lazy dog.",
  "价格是 42 元。",
  "x = f(a[0], 3) + 7;",
];
const TEXT = fc.array(fc.constantFrom(...PARTS), { maxLength: 8 }).map((parts) => parts.join("\n"));

test(
  "a stream is found to hold what the whole text holds, however it is cut",
  () => {
    fc.assert(
      fc.property(TEXT, fc.array(fc.nat(40), { minLength: 1, maxLength: 30 }), (text, cuts) => {
        const { findings, text: streamed } = streamOf(text, cuts);
        expect(streamed).toBe(text);
        expect(findings).toEqual(told(text, scan(text, GUARD)));
      }),
      { numRuns: 400 },
    );
  },
  TEST_TIMEOUT_MS,
);

test("no part of a finding leaves before it is known to be one", () => {
  for (const part of PARTS.slice(0, 11)) {
    const text = `Well, here it is: ${part} and so on.`;
    const [secret] = scan(text, GUARD);
    const stream = new ScanStream(GUARD);
    let released = 0;
    for (const unit of text.slice(0, secret!.end)) released += stream.push(unit).text.length;
    expect([part, released <= secret!.start]).toEqual([part, true]);
  }
});

test("prose is held back for no more than a word", () => {
  const text = "The quick brown fox jumps over the lazy dog, and it does so again and again. ".repeat(20);
  const stream = new ScanStream(GUARD);
  let released = 0;
  for (const [at, unit] of text.split("").entries()) {
    released += stream.push(unit).text.length;
    expect(at + 1 - released).toBeLessThan(12);
  }
});

test("own words are held back until they can no longer become one", () => {
  const guard = guardOf({ injection: [], lists: [{ name: "codename", words: ["blue whale"], inside: false }] });
  const stream = new ScanStream(guard);
  const released = "We call it blue whale, always.".split("").map((unit) => stream.push(unit));
  const all = [...released, stream.end()];
  expect(all.map(({ text }) => text).join("")).toBe("We call it blue whale, always.");
  expect(all.flatMap(({ findings, text }) => told(text, findings))).toEqual(["list.codename blue whale"]);
});

function streamOf(text: string, cuts: readonly number[]): { text: string; findings: string[] } {
  const stream = new ScanStream(GUARD);
  const released = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const piece = text.slice(at, at + cuts[turn % cuts.length]! + 1);
    at += piece.length;
    released.push(stream.push(piece));
  }
  released.push(stream.end());
  return {
    text: released.map((each) => each.text).join(""),
    findings: released.flatMap((each) => told(each.text, each.findings)),
  };
}
