import { type Attempt, NO_USAGE } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { advance, type Circuit, reopen, type Signal, signalOf, UNKNOWN } from "./circuit-breaker.ts";

const T0_MS = 1_000_000;
const FAILURE: Signal = { kind: "failure" };
const SUCCESS: Signal = { kind: "success", latencyUs: 400_000 };

function after(signals: readonly Signal[], circuit: Circuit = UNKNOWN, atMs = T0_MS): Circuit {
  return signals.reduce((state, signal) => advance(state, signal, atMs), circuit);
}

function failures(count: number): Signal[] {
  return Array.from({ length: count }, () => FAILURE);
}

function limited(retryAfterMs: number): Signal {
  return { kind: "rate-limited", retryAfterMs };
}

function attempt(fields: Partial<Attempt>): Attempt {
  return {
    endpoint: "a/one",
    result: "failed",
    error: null,
    httpStatus: null,
    retryAfterMs: null,
    startedUs: 0,
    firstByteUs: null,
    totalUs: 1_000,
    usage: NO_USAGE,
    costPicoUsd: null,
    ...fields,
  };
}

test("B11 the fifth failure in a row opens, and not the fourth", () => {
  expect(after(failures(4)).openUntilMs).toBe(0);
  expect(after(failures(5)).openUntilMs).toBe(T0_MS + 5_000);
});

test("B11 a success between failures starts the count again", () => {
  expect(after([...failures(4), SUCCESS, ...failures(4)])).toMatchObject({ openUntilMs: 0, failuresInRow: 4 });
});

test("B11 each failed probe doubles the cooldown, up to a quarter of a minute", () => {
  let circuit = after(failures(5));
  const cooldowns: number[] = [];
  for (let probe = 0; probe < 6; probe += 1) {
    const probedAtMs = circuit.openUntilMs;
    circuit = advance(circuit, FAILURE, probedAtMs);
    cooldowns.push(circuit.openUntilMs - probedAtMs);
  }
  expect(cooldowns).toEqual([10_000, 15_000, 15_000, 15_000, 15_000, 15_000]);
});

test("B11 one successful probe closes and forgets the cooldown", () => {
  const open = after(failures(5));
  const closed = advance(open, SUCCESS, open.openUntilMs);
  expect(closed).toMatchObject({ openUntilMs: 0, failuresInRow: 0, openings: 0 });
  expect(after(failures(5), closed).openUntilMs).toBe(T0_MS + 5_000);
});

test("B11 what was under way when the circuit opened neither lengthens nor closes it", () => {
  const open = after(failures(5));
  expect(after(failures(100), open, T0_MS + 10).openUntilMs).toBe(open.openUntilMs);
  expect(advance(open, SUCCESS, T0_MS + 10).openUntilMs).toBe(open.openUntilMs);
});

test("B11 a rate limit opens for as long as the endpoint says", () => {
  expect(after([limited(1_000)]).openUntilMs).toBe(T0_MS + 1_000);
  expect(after([limited(600_000)]).openUntilMs).toBe(T0_MS + 600_000);
  expect(after([limited(600_000), limited(1_000)]).openUntilMs).toBe(T0_MS + 600_000);
  expect(after([limited(Number.MAX_SAFE_INTEGER)]).openUntilMs).toBe(T0_MS + 3_600_000);
});

const UNUSABLE: Signal = { kind: "unusable", error: "upstream-auth" };

test("B11 a dead key opens at once, and longer with every probe that finds it dead, up to five minutes", () => {
  let circuit = UNKNOWN;
  const cooldowns: number[] = [];
  for (let probe = 0; probe < 6; probe += 1) {
    const probedAtMs = Math.max(T0_MS, circuit.openUntilMs);
    circuit = after([UNUSABLE, UNUSABLE], circuit, probedAtMs);
    cooldowns.push(circuit.openUntilMs - probedAtMs);
  }
  expect(cooldowns).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  expect(circuit.unusable).toBe("upstream-auth");
});

test("B11 a key that is mended closes the circuit with the next probe, or as soon as an operator has acted", () => {
  const dead = after([UNUSABLE]);
  const mended = { openUntilMs: 0, openings: 0, unusable: null };
  expect(advance(dead, SUCCESS, dead.openUntilMs)).toMatchObject(mended);
  expect(reopen(dead)).toMatchObject(mended);
  const failing = after(failures(5));
  expect(reopen(failing)).toBe(failing);
});

test("B11 the deadline of an open circuit only ever moves later", () => {
  const signal: fc.Arbitrary<Signal> = fc.oneof(
    fc.constantFrom<Signal>(FAILURE, SUCCESS, UNUSABLE, { kind: "silent" }),
    fc.nat(1_000_000).map((retryAfterMs): Signal => ({ kind: "rate-limited", retryAfterMs })),
  );
  const steps = fc.array(fc.tuple(signal, fc.nat(20_000)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (taken) => {
      let circuit = UNKNOWN;
      let nowMs = T0_MS;
      for (const [next, waitedMs] of taken) {
        nowMs += waitedMs;
        const before = circuit.openUntilMs;
        circuit = advance(circuit, next, nowMs);
        const earliest = before > nowMs ? before : 0;
        expect(circuit.openUntilMs).toBeGreaterThanOrEqual(earliest);
      }
    }),
  );
});

test.each([
  ["upstream-invalid-request", "silent"],
  ["client-aborted", "silent"],
  ["deadline-exceeded", "silent"],
  ["internal", "silent"],
  ["upstream-error", "failure"],
  ["upstream-timeout", "failure"],
  ["upstream-unreachable", "failure"],
  ["upstream-rate-limited", "failure"],
  ["upstream-auth", "unusable"],
  ["upstream-not-found", "unusable"],
])("B11 an attempt that failed with %s is %s", (error, kind) => {
  expect(signalOf(attempt({ error })).kind).toBe(kind);
});

test("B11 a client that goes away says nothing of the endpoint", () => {
  expect(signalOf(attempt({ result: "aborted", error: "client-aborted", firstByteUs: 10 })).kind).toBe("silent");
});

test("B11 a rate limit with a time is told from one without", () => {
  expect(signalOf(attempt({ error: "upstream-rate-limited", retryAfterMs: 7 }))).toEqual({
    kind: "rate-limited",
    retryAfterMs: 7,
  });
});

test("B11 a rate limit whose time is over when it is told opens like any failure", () => {
  const told = signalOf(attempt({ error: "upstream-rate-limited", retryAfterMs: 0 }));
  expect(after([told, told, told, told]).openUntilMs).toBe(0);
  expect(after([told, told, told, told, told]).openUntilMs).toBe(T0_MS + 5_000);
});

test("latency and error share follow what happens, in integers", () => {
  const steady = after(Array.from({ length: 50 }, () => SUCCESS));
  expect(steady).toMatchObject({ latencyUs: 400_000, errorShare: 0, samples: 50 });
  const slower = advance(steady, { kind: "success", latencyUs: 1_200_000 }, T0_MS);
  expect(slower.latencyUs).toBe(500_000);
  expect(after([FAILURE], steady).errorShare).toBe(125_000);
});
