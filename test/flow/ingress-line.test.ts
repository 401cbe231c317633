import { uuidv7 } from "@signalbox/kit";
import type { PipelineReply } from "@signalbox/proto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CHAT, startIngressRig, type IngressRig } from "./ingress-rig.ts";

const ATTEMPT_TIMEOUT_MS = 200;

let rig: IngressRig;
beforeEach(async () => {
  rig = await startIngressRig({}, { deadlines: { attemptTimeoutMs: ATTEMPT_TIMEOUT_MS } });
});
afterEach(() => rig[Symbol.asyncDispose]());

const refusal = (decisionId: string): Partial<PipelineReply> => ({
  kind: "refused",
  decisionId,
  error: { code: "model-not-found", message: "There is no such model.", details: { param: "model" } },
});

test("a request without a reply is sent down the line three times, then answered with 504", async () => {
  await rig.playLine(() => null);
  const response = await rig.post(CHAT);
  expect(response.status).toBe(504);
  expect(await response.json()).toMatchObject({ error: { code: "deadline_exceeded" } });
  expect(rig.seen.map((item) => item.facts.attempt)).toEqual([1, 2, 3]);
  expect(new Set(rig.seen.map((item) => item.facts.requestId)).size).toBe(1);
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({ result: "failed", error: "deadline-exceeded", decisionId: null, attempts: [] });
});

test("a refusal on the second try is answered with its error and recorded with its decision", async () => {
  const decisionId = uuidv7();
  await rig.playLine((item) => (item.facts.attempt === 1 ? null : refusal(decisionId)));
  const response = await rig.post(CHAT);
  expect(response.status).toBe(404);
  expect(response.headers.get("x-signalbox-decision-id")).toBe(decisionId);
  expect(response.headers.get("x-signalbox-audit")).toBe("async");
  expect(await response.json()).toMatchObject({ error: { code: "model_not_found", param: "model" } });
  const { event, labels } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({ result: "refused", error: "model-not-found", decisionId, costPicoUsd: "0" });
  expect(labels).toBeNull();
});

test("a stage's failure is answered with its own error", async () => {
  await rig.playLine(() => ({
    kind: "failed",
    decisionId: null,
    error: { code: "audit-unavailable", message: "No.", details: { stage: "audit-ledger", retryAfterMs: 1_500 } },
  }));
  const response = await rig.post(CHAT);
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  const { event } = await rig.outcomeOf(response.headers.get("x-request-id")!);
  expect(event).toMatchObject({ result: "failed", error: "audit-unavailable", stage: "audit-ledger" });
});

test("an end that cannot be recorded is answered with 503 alone", async () => {
  await rig.playLine(() => refusal(uuidv7()));
  const manager = await rig.operator.jetstreamManager();
  await manager.streams.delete("AUDIT");
  const response = await rig.post(CHAT);
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ error: { code: "audit_unavailable" } });
});

test("a client that leaves while the line works is recorded as aborted with the decision that came", async () => {
  const decisionId = uuidv7();
  const abort = new AbortController();
  await rig.playLine((item) => {
    if (item.facts.attempt === 1) {
      abort.abort();
      return null;
    }
    return refusal(decisionId);
  });
  await expect(rig.post(CHAT, { signal: abort.signal })).rejects.toThrow("aborted");
  const { event } = await rig.outcomeOf(rig.seen[0]!.facts.requestId);
  expect(event).toMatchObject({ result: "client-aborted", error: "client-aborted", decisionId: null });
  expect(rig.seen).toHaveLength(1);
});

test("the line is told of the request what its facts say, and where the reply goes", async () => {
  await rig.playLine(() => refusal(uuidv7()));
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const body = { ...CHAT, stream: true, stream_options: { include_usage: true } };
  await rig.post(body, { headers: { traceparent, "x-signalbox-cache": "on" } });
  const [item] = rig.seen;
  expect(item).toMatchObject({
    facts: { tenant: "alice", stream: true, audit: "async", cache: { mode: "on", key: expect.any(String) } },
    route: { traceparent, includeUsage: true },
    view: { system: "", conversation: "", lastUser: "Hello there.", truncated: false },
  });
  expect(item!.route.replyTo).toMatch(/^_INBOX_ingress\..+\.reply$/);
});
