import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { Admission } from "./admission.ts";

function open({ tenants = 2 }: { tenants?: number } = {}): Admission {
  return new Admission({ inFlightMax: 8, bodiesMaxBytes: 100, hasOthers: () => tenants > 1 });
}

const answer = (): ServerResponse => new EventEmitter() as unknown as ServerResponse;

function admitAll(admission: Admission, tenant: string, answers: readonly ServerResponse[]): void {
  for (const each of answers) admission.admit(tenant, each);
}

test("one tenant's requests leave a quarter of all places to the others, and have them all where there are none", () => {
  const admission = open();
  const answers = Array.from({ length: 6 }, answer);
  admitAll(admission, "alice", answers);
  expect(() => admission.admit("alice", answer())).toThrow("Too many requests");
  admitAll(admission, "bob", [answer(), answer()]);
  expect(() => admission.admit("bob", answer())).toThrow("Too many requests");
  answers[0]!.emit("close");
  expect(admission.inFlight).toBe(7);
  admission.admit("bob", answer());
  const alone = open({ tenants: 1 });
  admitAll(alone, "alice", Array.from({ length: 8 }, answer));
  expect(() => alone.admit("alice", answer())).toThrow("Too many requests");
});

test("B13 bodies share the memory until their answers are closed, and one tenant's leave some of it to the others", () => {
  const admission = open();
  const [first, second] = [answer(), answer()];
  const place = admission.admit("alice", first);
  expect([place.take(60), place.take(16), place.take(15)]).toEqual([true, false, true]);
  expect(admission.admit("alice", second).take(1)).toBe(false);
  const other = admission.admit("bob", answer());
  expect([other.take(26), other.take(25)]).toEqual([false, true]);
  first.emit("close");
  expect(place.take(1)).toBe(false);
  expect(other.take(50)).toBe(true);
});
