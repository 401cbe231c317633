import type { DispatchOrder } from "@signalbox/proto";
import { expect, test } from "vitest";
import { CLAIM_TTL_MS, Claims } from "./claims.ts";

const order = (requestId: string): DispatchOrder => ({ requestId }) as DispatchOrder;

test("a claim gives its order once and not after its time", () => {
  const claims = new Claims();
  const first = claims.add(order("a"), 1_000);
  const late = claims.add(order("b"), 1_000);
  expect(first).not.toBe(late);
  expect(claims.take(first, 1_001)?.requestId).toBe("a");
  expect(claims.take(first, 1_001)).toBeUndefined();
  expect(claims.take(late, 1_000 + CLAIM_TTL_MS)).toBeUndefined();
});

test("what has expired is forgotten, and nothing else", () => {
  const claims = new Claims();
  claims.add(order("old"), 0);
  claims.add(order("new"), 10);
  claims.expire(CLAIM_TTL_MS + 5);
  expect([claims.size, claims.requestIds(CLAIM_TTL_MS + 5)]).toEqual([1, ["new"]]);
});

test("a heartbeat does not go on naming a request whose body never came, also where no other order comes", () => {
  const claims = new Claims();
  claims.add(order("left"), 0);
  expect(claims.requestIds(CLAIM_TTL_MS - 1)).toEqual(["left"]);
  expect(claims.requestIds(CLAIM_TTL_MS)).toEqual([]);
});
