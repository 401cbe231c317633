import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { cutLogs, keepLogsCut } from "./cut-logs.ts";

const MAX_BYTES = 1_000;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-logs-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  return dir;
}

test("a log that has outgrown its limit is kept beside itself once and begins anew; others stay", async () => {
  const dir = folder();
  const at = (name: string): string => join(dir, name);
  writeFileSync(at("policy.log"), "a".repeat(MAX_BYTES + 1));
  writeFileSync(at("nats.log"), "b".repeat(MAX_BYTES));
  await cutLogs(dir, MAX_BYTES);
  expect([statSync(at("policy.log")).size, statSync(at("policy.log.1")).size]).toEqual([0, MAX_BYTES + 1]);
  writeFileSync(at("policy.log"), "c".repeat(MAX_BYTES + 2));
  await cutLogs(dir, MAX_BYTES);
  expect(readFileSync(at("policy.log.1"), "utf8")).toBe("c".repeat(MAX_BYTES + 2));
  expect(readdirSync(dir).toSorted()).toEqual(["nats.log", "policy.log", "policy.log.1"]);
});

test("a process that goes on writing its log writes at the new beginning", async () => {
  const dir = folder();
  const file = join(dir, "dispatcher.log");
  const log = openSync(file, "a");
  const loop = "setInterval(() => console.log('a line of the log'), 1)";
  const writer = spawn(process.execPath, ["-e", loop], { stdio: ["ignore", log, log] });
  closeSync(log);
  onTestFinished(async () => {
    writer.kill("SIGKILL");
    await once(writer, "exit");
  });
  await using _kept = keepLogsCut(dir, {
    maxBytes: MAX_BYTES,
    everyMs: 10,
    onFailure: (error) => expect.fail(String(error)),
  });
  await vi.waitFor(() => expect(statSync(`${file}.1`).size).toBeGreaterThan(MAX_BYTES), 10_000);
  await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(0), 10_000);
  // Had it written on where it was, the bytes before would be holes.
  expect(readFileSync(file, "utf8")).not.toContain("\0");
});
