import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";

/*
 * Goal: a line whose supervisor writes into a file on a disk that is full goes on, tells what it can, and stops in order.
 */

const MAIN = join(import.meta.dirname, "../../infra/main.ts");

test.skipIf(process.platform !== "linux")(
  "a supervisor whose words are not taken brings services back all the same",
  async () => {
    const home = mkdtempSync(join(tmpdir(), "signalbox-full-"));
    const full = openSync("/dev/full", "w");
    const line = spawn(process.execPath, [MAIN, "--home", home, "--port", "0", "--json", "--no-demo"], {
      stdio: ["ignore", "pipe", full],
    });
    closeSync(full);
    const exited = once(line, "exit");
    onTestFinished(async () => {
      line.kill("SIGINT");
      await exited;
      rmSync(home, { recursive: true });
    });
    await once(line.stdout!, "data");
    const pid = (): number => {
      const { pids } = JSON.parse(readFileSync(join(home, "run/runtime.json"), "utf8")) as {
        pids: { classifier: number };
      };
      return pids.classifier;
    };
    const first = pid();
    process.kill(first, "SIGKILL");
    await vi.waitFor(() => expect(pid()).not.toBe(first), { timeout: 20_000, interval: 100 });
    expect(line.exitCode).toBeNull();
    line.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
  },
);
