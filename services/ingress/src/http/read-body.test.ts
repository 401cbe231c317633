import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readBody } from "./read-body.ts";

const LIMITS = { maxBytes: 8 * 1024 * 1024, timeoutMs: 5_000 };

function requestOf(text: string): IncomingMessage {
  const pieces = [Buffer.from(text.slice(0, 7)), Buffer.from(text.slice(7))];
  return Object.assign(Readable.from(pieces), { headers: { "content-type": "application/json" } }) as IncomingMessage;
}

test("B13 a large body that nests without end is refused before it is parsed", async () => {
  const deep = `${"[".repeat(600_000)}${"]".repeat(600_000)}`;
  await expect(readBody(requestOf(deep), LIMITS)).rejects.toMatchObject({ code: "invalid-request" });
});

test.each([
  ["empty objects", `[${"{},".repeat(400_000)}0]`],
  ["members", `{${'"a":0,'.repeat(300_000)}"a":0}`],
  ["numbers", `[${"0,".repeat(600_000)}0]`],
])("B13 so is one of so many %s that they would take the memory and the time of all others", async (_what, text) => {
  await expect(readBody(requestOf(text), LIMITS)).rejects.toMatchObject({ code: "invalid-request" });
});

test("a large body that does not comes as it was, byte for byte", async () => {
  const wide = JSON.stringify({ text: "[".repeat(600_000), list: Array.from({ length: 200_000 }, () => []) });
  expect((await readBody(requestOf(wide), LIMITS)).equals(Buffer.from(wide))).toBe(true);
});
