import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { commandLine } from "../process/stale-process.ts";
import { claimHome } from "./claim-home.ts";
import { openHome } from "./home.ts";

const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
const otherPid = other.pid as number;

beforeAll(() => vi.waitUntil(() => commandLine(otherPid).includes("setInterval")));
afterAll(() => {
  other.kill("SIGKILL");
});

function freshFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-claim-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

function freshHome(): ReturnType<typeof openHome> {
  return openHome(freshFolder());
}

function claimFile(home: ReturnType<typeof openHome>): string {
  return join(home.run, "supervisor.json");
}

test("a folder is had by one process until it lets go of it", async () => {
  const home = freshHome();
  const claim = await claimHome(home);
  const written = JSON.parse(readFileSync(claimFile(home), "utf8"));
  expect(written).toMatchObject({ pid: process.pid, command: commandLine(process.pid) });
  writeFileSync(claimFile(home), JSON.stringify({ ...written, pid: otherPid, command: commandLine(otherPid) }));
  await expect(claimHome(home)).rejects.toThrow(/already runs over .* \(process \d+\)\. Stop it/);
  claim[Symbol.dispose]();
  (await claimHome(home))[Symbol.dispose]();
});

test("a copy of a folder that is in use may be used, and so may that of a process that is gone", async () => {
  const home = freshHome();
  const copied = { pid: otherPid, command: commandLine(otherPid), folder: "0:0" };
  const gone = { pid: otherPid, command: "what had this pid before" };
  for (const left of [JSON.stringify(copied), JSON.stringify(gone), "{ torn"]) {
    writeFileSync(claimFile(home), left);
    const claim = await claimHome(home);
    expect(JSON.parse(readFileSync(claimFile(home), "utf8"))).toMatchObject({ pid: process.pid });
    claim[Symbol.dispose]();
  }
});

test("a folder that cannot be had is told of with what to do", () => {
  const file = join(freshFolder(), "file");
  writeFileSync(file, "");
  expect(() => openHome(file)).toThrow(/file cannot hold .*: a file stands there\. Choose another folder with --home/);
  expect(() => openHome(join(file, "below"))).toThrow(/a file stands in its path/);
  expect(() => openHome("/proc/signalbox/home")).toThrow(/Choose another folder with --home/);
});
