import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NO_USAGE, type PipelineReply } from "@signalbox/proto";
import { LastSeen } from "../chat/last-seen.ts";
import { watchReadiness } from "./readiness.ts";

const HEAD = { requestId: "01900000-0000-7000-8000-000000000001", attempt: 1 };
const DECISION = { decisionId: "01900000-0000-7000-8000-000000000002" };
const DISPATCH: PipelineReply = { ...HEAD, ...DECISION, kind: "dispatch", address: "127.0.0.1:1", claim: "c" };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function failed(code: "stage-unavailable" | "audit-unavailable" | "overloaded", stage: string): PipelineReply {
  return { ...HEAD, kind: "failed", decisionId: null, error: { code, message: "", details: { stage } } };
}

test("a NATS that restarts takes nobody out; one that stays away does, until it is back", () => {
  let isConnected = true;
  const lastSeen = new LastSeen();
  const readiness = watchReadiness({ isConnected: () => isConnected, areKeysFresh: () => true, lastSeen });
  isConnected = false;
  expect(readiness()).toMatchObject({ status: "ready", dependencies: { nats: { state: "away" } } });
  vi.advanceTimersByTime(4_900);
  expect(readiness().status).toBe("ready");
  vi.advanceTimersByTime(200);
  expect(readiness().status).toBe("not ready");
  isConnected = true;
  expect(readiness().status).toBe("ready");
  isConnected = false;
  expect(readiness().status).toBe("ready");
});

test("who does not know the keys gets no requests", () => {
  const readiness = watchReadiness({ isConnected: () => true, areKeysFresh: () => false, lastSeen: new LastSeen() });
  expect(readiness()).toMatchObject({ status: "not ready", dependencies: { postgresql: { state: "away" } } });
});

test("stages behind it are named as the last request found them, and take nobody out", () => {
  const lastSeen = new LastSeen();
  const readiness = watchReadiness({ isConnected: () => true, areKeysFresh: () => true, lastSeen });
  const states = (): string[] =>
    Object.entries(readiness().dependencies).map(([name, { state }]) => `${name} ${state}`);
  const own = ["nats ok", "postgresql ok"];
  const unknown = ["classifier", "cache", "policy", "audit", "dispatcher"].map((name) => `${name} unknown`);
  expect(states()).toEqual([...own, ...unknown]);
  lastSeen.note(failed("stage-unavailable", "policy"), 1_000);
  expect(states()).toEqual([...own, "classifier ok", "cache ok", "policy away", "audit unknown", "dispatcher unknown"]);
  expect(readiness()).toMatchObject({
    status: "ready",
    dependencies: { policy: { seenAt: "1970-01-01T00:00:01.000Z" } },
  });
  lastSeen.note(
    { ...HEAD, ...DECISION, kind: "cached", entryId: HEAD.requestId, address: "", endpoint: "a/b", usage: NO_USAGE },
    0,
  );
  expect(states()).toEqual([...own, "classifier ok", "cache ok", "policy ok", "audit ok", "dispatcher unknown"]);
  lastSeen.note(DISPATCH, 0);
  expect(states().at(-1)).toBe("dispatcher ok");
  lastSeen.note(failed("audit-unavailable", "policy"), 0);
  lastSeen.note(failed("overloaded", "dispatcher"), 0);
  expect(states().slice(-2)).toEqual(["audit away", "dispatcher ok"]);
  expect(readiness().status).toBe("ready");
});
