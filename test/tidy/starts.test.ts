import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { STAGES } from "@signalbox/proto";
import { expect, test } from "vitest";
import { ROOT } from "./packages.ts";

// Vitest runs what Node's own type stripping refuses (an enum, a parameter property), so each service is loaded by Node.
test.each(STAGES.map((stage) => [stage]))(
  "`node services/%s/src/main.ts --check` accepts the defaults",
  async (stage) => {
    const main = join(ROOT, "services", stage, "src/main.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [main, "--check"], { timeout: 60_000 });
    expect(stdout).toBe(`${stage}: config ok\n`);
  },
  60_000,
);

test("a service that waits for NATS says so, and ends when it is told to", async () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-waits-"));
  const config = join(dir, "classifier.json");
  // Port 9 is the discard service's, which nothing here serves.
  writeFileSync(config, JSON.stringify({ nats: { url: "nats://127.0.0.1:9" } }));
  const service = spawn(process.execPath, [join(ROOT, "services/classifier/src/main.ts"), "--config", config]);
  const [line] = (await once(service.stderr, "data")) as [Buffer];
  expect(line.toString()).toContain('"server":"127.0.0.1:9","msg":"NATS does not answer; the start waits for it"');
  service.kill("SIGTERM");
  expect(await once(service, "exit")).toEqual([0, null]);
  rmSync(dir, { recursive: true });
}, 60_000);

test("a service refuses a config with an unknown field, and names it", async () => {
  const main = join(ROOT, "services/classifier/src/main.ts");
  const config = join(ROOT, "package.json");
  const run = promisify(execFile)(process.execPath, [main, "--check", "--config", config], { timeout: 60_000 });
  await expect(run).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("Unrecognized key") });
}, 60_000);
