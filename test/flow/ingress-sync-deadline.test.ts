import { uuidv7 } from "@signalbox/kit";
import { SignalboxError, type PipelineReply } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CHAT, startIngressRig, type IngressRig, type LineScript } from "./ingress-rig.ts";

/*
 * Goal: with `audit: sync` and no ledger, a client is told so within the time that is declared for all tries, and the
 * record of its request waits in the queue. No receipt is ever sent here.
 */

const PIPELINE_TIMEOUT_MS = 1_000;
/** For a busy machine. */
const TOLERANCE_MS = 250;

let rig: IngressRig;
let script: LineScript;
beforeAll(async () => {
  const deadlines = { pipelineTimeoutMs: PIPELINE_TIMEOUT_MS, attemptTimeoutMs: 400 };
  rig = await startIngressRig({}, { audit: "sync", deadlines });
  await rig.playLine((item) => script(item));
});
afterAll(() => rig[Symbol.asyncDispose]());

const unavailable: Partial<PipelineReply> = {
  kind: "failed",
  decisionId: null,
  error: new SignalboxError("audit-unavailable", "It is away.").toJSON(),
};
const refused: Partial<PipelineReply> = {
  kind: "refused",
  decisionId: uuidv7(),
  error: new SignalboxError("model-not-found", "There is none.").toJSON(),
};

test.each([
  { of: "whose decision has no receipt", reply: unavailable, result: "failed", withinMs: 300 },
  { of: "that is refused", reply: refused, result: "refused", withinMs: PIPELINE_TIMEOUT_MS },
  { of: "that nobody decides on", reply: null, result: "failed", withinMs: PIPELINE_TIMEOUT_MS },
])("a request $of gets its 503 in time, and its record is in the queue", async ({ reply, result, withinMs }) => {
  script = () => reply;
  const askedMs = performance.now();
  const response = await rig.post(CHAT);
  const tookMs = performance.now() - askedMs;
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ error: { code: "audit_unavailable" } });
  expect(tookMs).toBeLessThan(withinMs + TOLERANCE_MS);
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({ result, costPicoUsd: "0" });
});
