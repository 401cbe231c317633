import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { recordedTerminal } from "../recorded-terminal.ts";
import { runCli } from "../run-cli.ts";
import type { Finding } from "./check.ts";
import { secretsCheck } from "./home.ts";
import { installCheck, natsServerCheck } from "./install.ts";
import { lineChecks } from "./line.ts";
import { clockCheck, memoryCheck, nodeCheck } from "./machine.ts";
import { portCheck } from "./ports.ts";
import { providerKeysCheck } from "./providers.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

const folders: string[] = [];
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "signalbox-doctor-"));
  folders.push(made);
  return made;
}

test.each([
  ["20.20.2", "fail"],
  ["24.11.0", "fail"],
  ["24.12.0", "ok"],
  ["26.0.0", "ok"],
])("Node %s is %s", async (version, status) => {
  expect(await nodeCheck(version).look()).toMatchObject({ status });
});

test("little memory is a warning, next to none a failure, and both say what to do", async () => {
  expect(await memoryCheck(8 * 1024 ** 3).look()).toMatchObject({ status: "ok", todo: null });
  expect(await memoryCheck(512 * 1024 ** 2).look()).toMatchObject({ status: "warn" });
  const none = await memoryCheck(64 * 1024 ** 2).look();
  expect(none).toMatchObject({ status: "fail", todo: expect.stringContaining("--single-process") });
});

test("a clock before the checkout was made is noticed", async () => {
  expect(await clockCheck(ROOT).look()).toMatchObject({ status: "ok" });
  expect(await clockCheck(ROOT, Date.UTC(1970, 0, 2)).look()).toMatchObject({ status: "fail" });
});

test("a secret that others may read is named", async () => {
  const home = folder();
  mkdirSync(join(home, "keys", "grpc"), { recursive: true, mode: 0o700 });
  mkdirSync(join(home, "run"), { mode: 0o700 });
  for (const file of ["credentials", "keys/pepper", "keys/grpc/operator.token"]) {
    writeFileSync(join(home, file), "secret", { mode: 0o600 });
  }
  expect(await secretsCheck(home).look()).toMatchObject({
    status: "ok",
    detail: expect.stringContaining("5 files and folders"),
  });
  chmodSync(join(home, "keys/grpc/operator.token"), 0o644);
  const finding = await secretsCheck(home).look();
  expect(finding).toMatchObject({ status: "fail", detail: expect.stringContaining("operator.token") });
  expect(finding.todo).toContain("chmod");
  chmodSync(join(home, "keys/grpc/operator.token"), 0o600);
  chmodSync(join(home, "run"), 0o755);
  expect(await secretsCheck(home).look()).toMatchObject({ status: "fail", detail: expect.stringContaining("/run") });
});

test("an installation that is not the lockfile's is noticed", async () => {
  expect(await installCheck(ROOT).look()).toMatchObject({ status: "ok" });
  const clone = folder();
  writeFileSync(join(clone, "pnpm-lock.yaml"), "lockfileVersion: '9.0'\n");
  expect(await installCheck(clone).look()).toMatchObject({ status: "fail", detail: "not installed" });
});

test("a nats-server that does not run is not taken for one", async () => {
  const bin = folder();
  writeFileSync(join(bin, "nats-server"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
  expect(await natsServerCheck(folder(), bin).look()).toMatchObject({ status: "fail" });
  writeFileSync(join(bin, "nats-server"), "#!/bin/sh\necho nats-server: v9\n", { mode: 0o755 });
  const found = await natsServerCheck(folder(), bin).look();
  expect(found).toMatchObject({ status: "ok", detail: expect.stringContaining("v9") });
});

test("of provider keys only the variables' names are shown", async () => {
  const finding = await providerKeysCheck({ OPENAI_API_KEY: "sk-canary", MISTRAL_API_KEY: "" }).look();
  expect(finding).toMatchObject({ status: "ok", detail: "openai (OPENAI_API_KEY)" });
  expect(await providerKeysCheck({}).look()).toMatchObject({ status: "warn" });
});

test("a port that another program holds is noticed", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await portCheck(port, false).look()).toMatchObject({ status: "warn" });
  server.close();
  await once(server, "close");
  expect(await portCheck(port, false).look()).toMatchObject({ status: "ok" });
});

test("a line that is not ready, processes that are gone and a silent NATS are failures with something to do", async () => {
  const server = createServer((_, response) => void response.writeHead(503).end("not ready\n")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // No process has this id: it is above what any kernel gives.
  const runtime = { baseUrl, pids: { policy: 2 ** 30, ingress: process.pid }, natsUrl: "nats://127.0.0.1:9" };
  const findings: Finding[] = await Promise.all(lineChecks(baseUrl, runtime).map((check) => check.look()));
  expect(findings.map(({ status }) => status)).toEqual(["fail", "fail", "fail", "fail", "fail"]);
  expect(findings[1]?.detail).toContain("policy");
  expect(findings[1]?.detail).not.toContain("ingress");
  expect(findings.filter(({ todo }) => todo === null)).toEqual([]);
  server.close();
});

test("doctor runs without a line and ends with 0 when nothing fails", async () => {
  const terminal = recordedTerminal({ OPENAI_API_KEY: "sk-canary" });
  const code = await runCli(["doctor", "--home", folder(), "--json"], terminal);
  const { ok, checks } = JSON.parse(terminal.stdout.join("")) as {
    ok: boolean;
    checks: { name: string; status: string }[];
  };
  expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
  expect({ ok, code }).toEqual({ ok: true, code: 0 });
  expect(terminal.stdout.join("")).not.toContain("sk-canary");
});
