import { defineConfig } from "vitest/config";

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
