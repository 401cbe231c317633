import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { TakePart } from "./throttle-store.ts";
import { Throttles } from "./throttles.ts";

/** What the database does, in memory: one account for all instances, by its own clock. */
function sharedAccount(nowMs: () => number): TakePart {
  let slots: { at: number; count: number }[] = [];
  return ({ limit, wanted, returned, countsMs }) => {
    const now = nowMs();
    slots = slots
      .filter(({ at }) => at > now - countsMs)
      .map((slot) => (slot.at === returned.at ? { ...slot, count: slot.count - returned.count } : slot));
    const used = slots.reduce((sum, { count }) => sum + count, 0);
    const count = Math.max(0, Math.min(limit - used, wanted));
    const at = Math.max(now, (slots.at(-1)?.at ?? 0) + 1);
    if (count > 0) slots.push({ at, count });
    return Promise.resolve({ at, count, freesInMs: Math.max(1, (slots[0]?.at ?? now) + countsMs - now) });
  };
}

test("B10 no minute holds more than the limit, whoever asks when and over how many instances", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.tuple(fc.nat(3), fc.nat(4_000), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 80 }),
      async (limit, instances, bursts) => {
        let now = 0;
        const take = sharedAccount(() => now);
        const all = Array.from({ length: instances }, () => new Throttles({ take, nowMs: () => now }));
        const takenAt: number[] = [];
        for (const [instance, waitMs, count] of bursts) {
          now += waitMs;
          for (let at = 0; at < count; at += 1) {
            const taken = await all[instance % instances]!.take("account", limit);
            if (taken.kind === "taken") takenAt.push(now);
          }
        }
        for (const [at, start] of takenAt.entries()) {
          const inMinute = takenAt.filter((time, other) => other >= at && time < start + 60_000);
          expect(inMinute.length).toBeLessThanOrEqual(limit);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("what is steadily asked below the limit is never held up", async () => {
  let now = 0;
  const take = sharedAccount(() => now);
  const all = [1, 2].map(() => new Throttles({ take, nowMs: () => now }));
  for (let at = 0; at < 1_000; at += 1) {
    now += 250;
    // 240 a minute, of 300.
    expect((await all[at % 2]!.take("account", 300)).kind).toBe("taken");
  }
});

test("requests of one moment share their questions, and what could not be had is not asked for at once", async () => {
  let now = 0;
  let asked = 0;
  const account = sharedAccount(() => now);
  const throttles = new Throttles({ take: (ask) => ((asked += 1), account(ask)), nowMs: () => now });
  const taken = await Promise.all(Array.from({ length: 50 }, async () => throttles.take("account", 20)));
  expect(taken.filter(({ kind }) => kind === "taken")).toHaveLength(20);
  expect(asked).toBeLessThanOrEqual(21);
  const before = asked;
  for (let at = 0; at < 50; at += 1) await throttles.take("account", 20);
  expect(asked).toBe(before);
  now += 61_001;
  expect((await throttles.take("account", 20)).kind).toBe("taken");
});
