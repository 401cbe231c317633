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
