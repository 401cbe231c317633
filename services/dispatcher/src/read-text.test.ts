import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { AnswerMemory, type AnswerRoom } from "./answer-memory.ts";
import { readText } from "./read-text.ts";

const LIMITS = { maxBytes: 64 * 1024 * 1024, tooLarge: "refuse" } as const;

function read(text: string): Promise<string> {
  const bytes = Buffer.from(text);
  return readText(Readable.from([bytes.subarray(0, 9), bytes.subarray(9)]), LIMITS);
}

test.each([
  ["nests without end", "[".repeat(9_000_000)],
  ["holds empty objects without end", `[${"{},".repeat(4_100_000)}0]`],
])("B13 an answer that %s is refused before it is parsed", async (_what, text) => {
  await expect(read(text)).rejects.toMatchObject({ code: "upstream-error" });
});

test("a long answer of numbers, or of brackets in a text, is none of these", async () => {
  const long = JSON.stringify({ embedding: Array.from({ length: 700_000 }, () => 0.5), text: "[{".repeat(3_000_000) });
  expect(await read(long)).toBe(long);
});

function readIn(room: AnswerRoom): Promise<string> {
  return readText(Readable.from([Buffer.alloc(30), Buffer.alloc(30)]), { ...LIMITS, room });
}

test("B13 answers share the memory until their requests are over", async () => {
  const memory = new AnswerMemory(100);
  const [first, second] = [memory.open(), memory.open()];
  expect(await readIn(first)).toHaveLength(60);
  await expect(readIn(second)).rejects.toMatchObject({ code: "overloaded" });
  for (const room of [first, second]) room[Symbol.dispose]();
  expect(await readIn(memory.open())).toHaveLength(60);
});
