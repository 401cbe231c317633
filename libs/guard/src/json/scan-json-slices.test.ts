import { expect, test } from "vitest";
import { EVERYTHING } from "../__fixtures__/guards.ts";
import { GITHUB_KEY } from "../__fixtures__/keys.ts";
import { redactJson } from "./redact-json.ts";
import { scanJson, type JsonFinding } from "./scan-json.ts";
import { scanJsonSlices, type SlicedScan } from "./scan-json-slices.ts";

const TEXT_MAX_CHARS = 1_000_000;
const PROSE = "The quick brown fox jumps over the lazy dog, and nothing else happens here today.\n";

function inSlices(json: string, textMaxChars = TEXT_MAX_CHARS): SlicedScan & { pauses: number } {
  const slices = scanJsonSlices(json, EVERYTHING, { textMaxChars });
  for (let pauses = 0; ; pauses += 1) {
    const step = slices.next();
    if (step.done === true) return { ...step.value, pauses };
  }
}

const inOrder = (findings: readonly JsonFinding[]): JsonFinding[] =>
  findings.toSorted((a, b) => a.field - b.field || a.start - b.start);

test("a short text is scanned without a pause, with the findings of a whole scan", () => {
  const json = JSON.stringify({ messages: [{ role: "user", content: `I am jane@example.org, ${GITHUB_KEY}` }] });
  const { findings, complete, pauses } = inSlices(json);
  expect(findings).toEqual(scanJson(json, EVERYTHING));
  expect(findings).not.toEqual([]);
  expect({ complete, pauses }).toEqual({ complete: true, pauses: 0 });
});

test("a long text gives the findings of a whole scan, wherever they stand, and can be redacted by them", () => {
  const messages = Array.from({ length: 40 }, (_, at) => ({
    role: "user",
    content: `${PROSE.repeat(at * 7)}jane${at}@example.org ${at % 3 === 0 ? GITHUB_KEY : ""} ${PROSE.repeat(at)}`,
  }));
  const json = JSON.stringify({ messages });
  const { findings, complete, pauses } = inSlices(json);
  expect(inOrder(findings)).toEqual(inOrder(scanJson(json, EVERYTHING)));
  expect(complete).toBe(true);
  expect(pauses).toBeGreaterThan(40);
  const redacted = redactJson(json, findings).json;
  expect(redacted).not.toContain("@example.org");
  expect(redacted).not.toContain(GITHUB_KEY);
});

const ROUNDS = 8;

/**
 * How long the thread is held up between two pauses at the most: of each slice the quietest round, for the machine does
 * other things too.
 */
function heldUpMs(json: string): number {
  const bestMs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const slices = scanJsonSlices(json, EVERYTHING, { textMaxChars: TEXT_MAX_CHARS });
    for (let at = 0, isOver = false; !isOver; at += 1) {
      const startMs = performance.now();
      isOver = slices.next().done === true;
      bestMs[at] = Math.min(bestMs[at] ?? Infinity, performance.now() - startMs);
    }
  }
  return bestMs.toSorted((a, b) => a - b)[Math.floor(bestMs.length * 0.9)]!;
}

test("no slice of prose holds up its thread for more than a few milliseconds, and none of anything else for long", () => {
  expect(heldUpMs(JSON.stringify(PROSE.repeat(5_000)))).toBeLessThan(5);
  expect(heldUpMs(JSON.stringify(["a1/.".repeat(60_000), "9".repeat(60_000), "x.y@".repeat(40_000)]))).toBeLessThan(40);
});

test("what is beyond the limit is not looked at, and the scan says so", () => {
  const json = JSON.stringify([`first@example.org ${PROSE.repeat(200)} late@example.org`, "last@example.org"]);
  const { findings, complete } = inSlices(json, 1_000);
  expect(findings).toMatchObject([{ type: "pii.email", field: 0, start: 0 }]);
  expect(complete).toBe(false);
});

test("images and sounds are passed over", () => {
  const data = Buffer.from(PROSE.repeat(500)).toString("base64");
  const json = JSON.stringify([{ data }, { url: `data:image/png;base64,${data}` }, "jane@example.org"]);
  expect(inSlices(json, 2_000)).toMatchObject({ findings: [{ type: "pii.email" }], complete: true, pauses: 0 });
});
