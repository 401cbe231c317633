import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../process/free-port.ts";
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

test("while none of it runs none is taken for silent, and so no stranger with its old pid is ended", async () => {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-supervised-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const [said, port, command] = [[] as string[], await freePort(), join(dir, "node")];
  symlinkSync(process.execPath, command);
  // It answers for a while, and cannot be started again.
  const script = `require("fs").unlinkSync(${JSON.stringify(command)});
    require("http").createServer((_, answer) => answer.end()).listen(${port}, "127.0.0.1", () => process.send({ ready: true }));
    setTimeout(() => process.exit(7), 400);`;
  await using _process = await SupervisedProcess.start({
    name: "gone",
    command,
    args: ["-e", script],
    logFile: join(dir, "gone.log"),
    say: (line) => said.push(line),
    onStart: () => undefined,
    healthUrl: `http://127.0.0.1:${port}/`,
    pace: { everyMs: 20, missesMax: 3 },
  });
  await sleep(800);
  expect(said.filter((line) => line.includes("cannot be started"))).not.toEqual([]);
  expect(said.filter((line) => line.includes("stands still"))).toEqual([]);
});
