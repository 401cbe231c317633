import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SupervisedProcess } from "./supervised-process.ts";

test("what cannot be started is tried a few times and then given up with the reason", async () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-supervised-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const said: string[] = [];
  const start = SupervisedProcess.start({
    name: "ghost",
    command: join(dir, "not-there"),
    args: [],
    logFile: join(dir, "ghost.log"),
    say: (line) => said.push(line),
    onStart: () => undefined,
  });
  await expect(start).rejects.toThrow(/ghost ended \(it was not started\)/);
  expect(said.filter((line) => /ghost cannot be started: .*ENOENT/.test(line))).toHaveLength(3);
});

test("what ends by itself again and again waits ever longer, and each time says where to read why", async () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-supervised-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const said: string[] = [];
  const { promise: looped, resolve } = Promise.withResolvers<void>();
  await using _process = await SupervisedProcess.start({
    name: "looper",
    command: process.execPath,
    args: ["-e", "process.send({ ready: true }, () => process.exit(7))"],
    logFile: join(dir, "looper.log"),
    say: (line) => said.push(line) >= 6 && resolve(),
    onStart: () => undefined,
  });
  await looped;
  const ended = said.filter((line) => line.startsWith("looper ended (exit code 7); it is started again"));
  expect(ended.map((line) => /in \d+ ms/.exec(line)?.[0])).toEqual([undefined, "in 200 ms", "in 400 ms"]);
  for (const line of ended) expect(line).toContain(`the end of ${join(dir, "looper.log")} says why`);
});
