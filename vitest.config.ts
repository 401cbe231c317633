import { defineConfig } from "vitest/config";

/** Whole lines in processes of their own, which are held to times: nothing else runs beside them. */
const STARTS = ["test/flow/start-*.test.ts"];
/** Every dialect and client against every wire: hundreds of cells, which `npm test -- --all` runs beside the fault tests. */
const MATRIX = ["dialect-matrix", "tool-loop", "agent-session"].map((name) => `test/flow/${name}.test.ts`);

/** What waits longest for leases, windows and silence: `npm test` stays below ten minutes without, and `--all` runs it. */
const LONG = ["budget-holds", "limits-hold", "ledger-closes", "start-audits-in-sync"].map(
  (name) => `test/flow/${name}.test.ts`,
);

/** Real servers on a busy machine are late at times; a defect fails both tries, and a second try is shown. */
const RETRY = 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          // Far above what any takes on an idle machine: a busy one must not fail them.
          testTimeout: 30_000,
          // These suites share no state, and to load zod and fast-check anew for each of them takes longer than to run them.
          isolate: false,
          // vitest would leave one core to itself, which needs little of it.
          maxWorkers: "100%",
          include: [
            "proto/**/*.test.ts",
            "libs/**/*.test.ts",
            "services/**/*.test.ts",
            "infra/**/*.test.ts",
            "test/corpus/**/*.test.ts",
            "test/tidy/**/*.test.ts",
            "test/simulation/**/*.test.ts",
          ],
        },
      },
      {
        test: {
          name: "flow",
          include: ["test/flow/**/*.test.ts"],
          exclude: [...MATRIX, ...STARTS, ...LONG],
          globalSetup: ["test/kit/global-setup.ts"],
          retry: RETRY,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Each suite has a NATS server and a database of its own and mostly waits for them.
          maxWorkers: 2,
          // As for the unit tests: what all of them load is loaded once in each worker.
          isolate: false,
        },
      },
      {
        test: {
          name: "start",
          include: STARTS,
          exclude: LONG,
          globalSetup: ["test/kit/global-setup.ts"],
          retry: RETRY,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "matrix",
          include: MATRIX,
          globalSetup: ["test/kit/global-setup.ts"],
          retry: RETRY,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "fault",
          include: ["test/fault/**/*.test.ts", "test/simulation/**/*.test.ts", ...LONG],
          // The unit tests play a part of these.
          env: { SEEDS: "1000" },
          globalSetup: ["test/kit/global-setup.ts"],
          retry: RETRY,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
