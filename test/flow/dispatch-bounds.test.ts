import { randomBytes } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_DETECTION, type GuardDocument } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { delta, DONE, type Step, usageChunk } from "../kit/upstream.ts";
import { CHAT, type DispatchRig, eventsIn, planned, startDispatchRig } from "./dispatch-rig.ts";

/*
 * Goal: what is held back of a stream, because guardrails can judge it only as a whole, takes no more of the memory than a whole
 * answer may.
 */

const ANSWER_MAX_BYTES = 1_048_576;
const PIECE = "x".repeat(65_536);
const DOCUMENT: GuardDocument = {
  schema: "signalbox.guard.v1",
  detect: { ...DEFAULT_DETECTION, pii: [], injection: [] },
  request: { rules: [], textMaxChars: 100_000, beyond: "block" },
  answer: { rules: [] },
  tools: { deny: ["shell*"] },
};

let rig: DispatchRig;
const guardPath = join(tmpdir(), `guard-bounds-${randomBytes(6).toString("hex")}.json`);
beforeAll(async () => {
  writeFileSync(guardPath, JSON.stringify(DOCUMENT));
  rig = await startDispatchRig({ guardPath, limits: { answerMaxBytes: ANSWER_MAX_BYTES } });
});
afterAll(async () => {
  rmSync(guardPath);
  await rig[Symbol.asyncDispose]();
});

function piece(text: string, opens: object = {}): Step {
  return delta({ tool_calls: [{ index: 0, ...opens, function: { arguments: text, ...opens } }] });
}

function calling(pieces: number): Step[] {
  const opened = piece("", { id: "call_1", type: "function", name: "write" });
  return [opened, ...Array.from({ length: pieces }, () => piece(PIECE)), delta({}, "tool_calls")];
}

test("B13 a call whose arguments do not end is given up at the bound of a whole answer", async () => {
  rig.one.next({ steps: [...calling(32), usageChunk(), DONE] });
  const sent = await rig.send({ ...CHAT, stream: true }, { plan: [planned("one")] });
  const { error } = await sent.exchange;
  expect(error).toMatchObject({ code: "upstream-error", message: expect.stringContaining("1048576 bytes") as string });
  expect(await rig.outcomeOf(sent.requestId)).toMatchObject({ result: "failed", error: "upstream-error" });
});

test("what is given out as it comes has no such bound", async () => {
  const words = Array.from({ length: 32 }, () => delta({ content: PIECE }));
  rig.one.next({ steps: [...words, ...calling(2), usageChunk(), DONE] });
  const { text, error } = await (await rig.send({ ...CHAT, stream: true })).exchange;
  expect([error, eventsIn(text).length > 32]).toEqual([null, true]);
});
