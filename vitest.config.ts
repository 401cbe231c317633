import { defineConfig } from "vitest/config";

/** Every dialect and client against every wire: hundreds of cells, which `npm test -- --all` runs beside the fault tests. */
const MATRIX = ["dialect-matrix", "tool-loop", "agent-session"].map((name) => `test/flow/${name}.test.ts`);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          // Far above what any takes on an idle machine: a busy one must not fail them.
          testTimeout: 30_000,
          include: [
            "proto/**/*.test.ts",
            "libs/**/*.test.ts",
            "services/**/*.test.ts",
            "infra/**/*.test.ts",
            "test/tidy/**/*.test.ts",
          ],
        },
      },
      {
        test: {
          name: "flow",
          include: ["test/flow/**/*.test.ts"],
          exclude: MATRIX,
          globalSetup: ["test/kit/global-setup.ts"],
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
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "fault",
          include: ["test/fault/**/*.test.ts"],
          globalSetup: ["test/kit/global-setup.ts"],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
