import { beforeAll, expect, test } from "vitest";
import { makeEventPool, type EventPool } from "./event-pool.ts";
import { simulate } from "./simulation.ts";

/** `SEED=n` plays one run again, `SEEDS=n` so many. */
const { SEED, SEEDS = "100" } = process.env;
const TIMEOUT_MS = 600_000;

let pool: EventPool;
beforeAll(() => {
  pool = makeEventPool();
});

test(
  "B13 whatever is late, lost, doubled or killed: each acknowledged event is one leaf, and the log has one history",
  async () => {
    const seeds = SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, at) => at + 1) : [Number(SEED)];
    for (const seed of seeds) {
      const problems = await simulate(seed, pool);
      expect(problems, `SEED=${seed} plays this run again`).toEqual([]);
    }
  },
  TIMEOUT_MS,
);
