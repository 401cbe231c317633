import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";

/*
 * Goal: who looks after a line at night gets an answer from `doctor`, also where a server has stopped in its tracks.
 */

test("a NATS that takes connections and says nothing holds doctor up for seconds and not for ever", async () => {
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const home = mkdtempSync(join(tmpdir(), "signalbox-doctor-"));
  onTestFinished(() => {
    silent.close();
    rmSync(home, { recursive: true });
  });
  const natsUrl = `nats://operator:secret@127.0.0.1:${(silent.address() as AddressInfo).port}`;
  mkdirSync(join(home, "run"));
  writeFileSync(join(home, "run/runtime.json"), JSON.stringify({ baseUrl: "http://127.0.0.1:9", natsUrl }));
  const main = join(import.meta.dirname, "../../infra/cli/main.ts");
  const doctor = spawn(process.execPath, [main, "doctor", "--home", home], { stdio: ["ignore", "pipe", "ignore"] });
  const limit = setTimeout(() => doctor.kill("SIGKILL"), 30_000);
  const [[code], said] = await Promise.all([once(doctor, "exit"), text(doctor.stdout)]);
  clearTimeout(limit);
  expect([code, said]).toEqual([1, expect.stringMatching(/stages +NATS does not tell/)]);
});
