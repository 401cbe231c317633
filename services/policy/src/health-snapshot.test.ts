import { HealthSnapshot } from "@signalbox/proto";
import { expect, test } from "vitest";
import { type Circuit, UNKNOWN } from "./circuit-breaker.ts";
import { isDrift, NOTHING_KNOWN, snapshotOf } from "./health-snapshot.ts";

function snapshot(circuits: Record<string, Partial<Circuit>>, previous = NOTHING_KNOWN): HealthSnapshot {
  const all = Object.entries(circuits).map(([id, fields]): [string, Circuit] => [id, { ...UNKNOWN, ...fields }]);
  return HealthSnapshot.parse(snapshotOf(new Map(all), previous));
}

test("figures are rounded to two digits, and endpoints sorted", () => {
  expect(snapshot({ "b/x": { latencyUs: 1_234_567 }, "a/x": { errorShare: 123_456, samples: 987 } }).endpoints).toEqual(
    [
      { endpoint: "a/x", openUntilMs: 0, failuresInRow: 0, errorShare: 120_000, latencyMs: null, samples: 500 },
      { endpoint: "b/x", openUntilMs: 0, failuresInRow: 0, errorShare: 0, latencyMs: 1_200, samples: 0 },
    ],
  );
});

test("a latency that wavers by a fifth changes nothing", () => {
  const first = snapshot({ "a/x": { latencyUs: 500_000 } });
  expect(snapshot({ "a/x": { latencyUs: 590_000 } }, first)).toEqual(first);
  expect(snapshot({ "a/x": { latencyUs: 620_000 } }, first).endpoints[0]?.latencyMs).toBe(620);
});

test("an error share that fades away ends at nothing", () => {
  const first = snapshot({ "a/x": { errorShare: 250_000 } });
  expect(snapshot({ "a/x": { errorShare: 160_000 } }, first)).toEqual(first);
  expect(snapshot({ "a/x": { errorShare: 0 } }, first).endpoints[0]?.errorShare).toBe(0);
});

test("opening is always published to the millisecond", () => {
  const first = snapshot({ "a/x": { openUntilMs: 1_000_001 } });
  expect(snapshot({ "a/x": { openUntilMs: 1_000_002 } }, first).endpoints[0]?.openUntilMs).toBe(1_000_002);
});

test("figures drift; what opens, closes, cannot be used or is known for the first time is news", () => {
  const open = { openUntilMs: 1_000_001 };
  const first = snapshot({ "a/x": { latencyUs: 500_000, samples: 1 }, "b/x": open });
  const next = (circuits: Record<string, Partial<Circuit>>): boolean => isDrift(first, snapshot(circuits, first));
  expect(next({ "a/x": { latencyUs: 900_000, samples: 9, errorShare: 400_000, failuresInRow: 3 }, "b/x": open })).toBe(
    true,
  );
  expect(next({ "a/x": { latencyUs: 500_000 }, "b/x": { openUntilMs: 0 } })).toBe(false);
  expect(next({ "a/x": { latencyUs: 500_000, openUntilMs: 5 }, "b/x": open })).toBe(false);
  expect(next({ "a/x": { latencyUs: 500_000 }, "b/x": { ...open, unusable: "upstream-auth" } })).toBe(false);
  expect(next({ "a/x": { latencyUs: 500_000 }, "b/x": { ...open, latencyUs: 1_000 } })).toBe(false);
  expect(next({ "a/x": { latencyUs: 500_000 }, "b/x": open, "c/x": { samples: 1 } })).toBe(false);
});
