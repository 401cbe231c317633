import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { makeDataFolder } from "./data-folder.ts";
import { serverUser } from "./server-user.ts";

const LONG_MS = 60_000;

test("a cluster that a killed first start left half made is made anew", { timeout: LONG_MS }, async () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-data-"));
  chmodSync(dir, 0o755);
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const folder = { dir, data: join(dir, "data"), password: "secret", user: serverUser() };
  const code = `import { makeDataFolder } from ${JSON.stringify(join(import.meta.dirname, "data-folder.ts"))};
    await makeDataFolder(${JSON.stringify(folder)});`;
  const first = spawn(process.execPath, ["--input-type=module", "-e", code], { detached: true, stdio: "ignore" });
  while (globSync(join(dir, "*", "PG_VERSION")).length === 0) await sleep(5);
  process.kill(-first.pid!, "SIGKILL");
  await once(first, "exit");
  await makeDataFolder(folder);
  expect(existsSync(join(folder.data, "global", "pg_control"))).toBe(true);
  expect(globSync(join(dir, "*"))).toEqual([folder.data]);
});
