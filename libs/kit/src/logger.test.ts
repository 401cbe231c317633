import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const LOGGER = JSON.stringify(join(import.meta.dirname, "logger.ts"));

test("B15 what PostgreSQL quotes of a row, and what a caller proves itself with, reach no log line", () => {
  const words = "tell me a secret";
  const failure = {
    code: "23514",
    detail: `Failing row contains (1, ${words}).`,
    where: `JSON data, line 1: ${words}`,
  };
  const script = `
    const { createLogger } = await import(${LOGGER});
    const log = createLogger("ingress", { logLevel: "info", instance: "one" });
    const err = Object.assign(new Error("a check failed"), ${JSON.stringify(failure)});
    log.error({ err }, "a request failed");
    log.info({ headers: { authorization: "Bearer sb-key", "x-api-key": "sb-key" }, request: { apiKey: "sb-key" } }, "asked");
  `;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" });
  const lines = stderr.trim().split("\n");
  expect(lines).toHaveLength(2);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    service: "ingress",
    err: { code: "23514", message: "a check failed" },
  });
  expect(stderr).not.toContain(words);
  expect(stderr).not.toContain("sb-key");
});

test.skipIf(process.platform !== "linux")("a disk that is full ends no service, and holds up none that ends", () => {
  const script = `
    const { createLogger } = await import(${LOGGER});
    const log = createLogger("ingress", { logLevel: "info", instance: "one" });
    for (let line = 0; line < 20; line += 1) {
      log.warn({ text: "x".repeat(100_000) }, "no room for this");
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log("still here");
  `;
  const full = openSync("/dev/full", "w");
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", full],
    encoding: "utf8",
    timeout: 20_000,
  });
  closeSync(full);
  expect([run.status, run.signal, run.stdout]).toEqual([0, null, "still here\n"]);
});
