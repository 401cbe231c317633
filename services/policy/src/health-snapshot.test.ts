import { HealthSnapshot } from "@signalbox/proto";
import { expect, test } from "vitest";
import { type Circuit, UNKNOWN } from "./circuit-breaker.ts";
import { NOTHING_KNOWN, snapshotOf } from "./health-snapshot.ts";

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
