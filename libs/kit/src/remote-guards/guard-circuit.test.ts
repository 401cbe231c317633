import { expect, test } from "vitest";
import { GuardCircuit } from "./guard-circuit.ts";

test("three failures in a row begin a rest, one try ends it or doubles it, and others wait for neither", () => {
  let nowMs = 0;
  const circuit = new GuardCircuit(() => nowMs);
  expect([circuit.failed(), circuit.failed()]).toEqual([null, null]);
  expect(circuit.answered()).toBe(false);
  expect([circuit.failed(), circuit.failed(), circuit.admits(), circuit.failed()]).toEqual([null, null, true, 1_000]);
  expect(circuit.admits()).toBe(false);
  // One that was asked before the rest began.
  expect(circuit.failed()).toBeNull();
  nowMs = 1_000;
  expect([circuit.admits(), circuit.admits()]).toEqual([true, false]);
  expect(circuit.failed()).toBe(2_000);
  nowMs = 2_999;
  expect(circuit.admits()).toBe(false);
  nowMs = 3_000;
  expect(circuit.admits()).toBe(true);
  expect(circuit.answered()).toBe(true);
  expect([circuit.admits(), circuit.admits(), circuit.failed()]).toEqual([true, true, null]);
});

test("no rest is longer than half a minute", () => {
  let nowMs = 0;
  const circuit = new GuardCircuit(() => nowMs);
  let restMs: number | null = null;
  for (let tries = 0; tries < 20; tries += 1) {
    if (circuit.admits()) restMs = circuit.failed() ?? restMs;
    nowMs += 60_000;
  }
  expect(restMs).toBe(30_000);
});
