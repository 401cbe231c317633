import { beforeAll, expect, test } from "vitest";
import { makeEventPool, type EventPool } from "./event-pool.ts";
import { Mishaps } from "./mishaps.ts";
import { simulate } from "./simulation.ts";

/** `SEED=n` plays one run again, `SEEDS=n` so many. */
const { SEED, SEEDS = "100" } = process.env;
const TIMEOUT_MS = 600_000;
const ENOUGH = 50;

let pool: EventPool;
beforeAll(() => {
  pool = makeEventPool();
});

test(
  "B13 whatever is late, lost, doubled or killed: each acknowledged event is one leaf, and the log has one history",
  async () => {
    const seeds = SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, at) => at + 1) : [Number(SEED)];
    const mishaps = new Mishaps();
    for (const seed of seeds) {
      const problems = await simulate(seed, pool, mishaps);
      expect(problems, `SEED=${seed} plays this run again`).toEqual([]);
    }
    // A few runs may spare the ledger this or that.
    expect(seeds.length < ENOUGH ? [] : mishaps.missing).toEqual([]);
  },
  TIMEOUT_MS,
);
