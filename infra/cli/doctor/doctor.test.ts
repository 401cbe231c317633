import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatVkey } from "@signalbox/tlog";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { recordedTerminal } from "../recorded-terminal.ts";
import { runCli } from "../run-cli.ts";
import type { Finding } from "./check.ts";
import { secretsCheck } from "./home.ts";
import { installCheck, natsServerCheck } from "./install.ts";
import { lineChecks } from "./line.ts";
import { clockCheck, memoryCheck, nodeCheck } from "./machine.ts";
import { portCheck } from "./ports.ts";
import { providerKeysCheck } from "./providers.ts";
import { recordsCheck } from "./records.ts";
import { serversCheck } from "./servers.ts";
import { witnessesCheck } from "./witnesses.ts";

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

function portOf(server: TcpServer): number {
  return (server.address() as AddressInfo).port;
}

function freshVkey(): string {
  return formatVkey("example.org/log", generateKeyPairSync("ed25519").privateKey);
}

test("a server that takes connections and says nothing is named before all that follows from it", async () => {
  const silent = createTcpServer().listen(0, "127.0.0.1");
  const speaking = createTcpServer((socket) => void socket.end("N")).listen(0, "127.0.0.1");
  onTestFinished(() => void [silent, speaking].map((server) => server.close()));
  await Promise.all([once(silent, "listening"), once(speaking, "listening")]);
  const look = (nats: TcpServer, postgres: TcpServer): Promise<Finding> | undefined =>
    serversCheck({
      natsUrl: `nats://operator:secret@127.0.0.1:${portOf(nats)}`,
      databaseUrl: `postgresql://owner:secret@127.0.0.1:${portOf(postgres)}/signalbox`,
    })[0]?.look();
  expect(await look(speaking, speaking)).toMatchObject({ status: "ok" });
  const finding = await look(speaking, silent);
  expect(finding).toMatchObject({ status: "fail", detail: `PostgreSQL (port ${portOf(silent)}) says nothing` });
  expect(finding?.todo).toContain("<home>/logs/postgres.log");
});

test("a policy that does not name the log's key, as after a rotation, is told of with the line that it lacks", async () => {
  const [before, now] = [freshVkey(), freshVkey()];
  const files: Record<string, string> = {
    "/witness-policy": `log ${before}\nquorum none\n`,
    "/vkeys": `log ${now}\nlog-term ${before} - 7\n`,
  };
  const server = createServer((request, response) => {
    const text = files[request.url ?? ""];
    response.writeHead(text === undefined ? 404 : 200).end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const registerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const look = (): Promise<Finding> | undefined => witnessesCheck({ baseUrl: registerUrl, registerUrl }, 10)[0]?.look();
  expect(await look()).toMatchObject({ status: "fail", todo: expect.stringContaining(`\`log ${now}\``) });
  files["/witness-policy"] = `log ${before}\nlog ${now}\nquorum none\n`;
  expect(await look()).toMatchObject({ status: "ok" });
});

test("events that did not become leaves, and leaves that nobody signs for, are told with where to read", async () => {
  let said = { quarantined: 0, different: 0, size: 7, signed: 7 };
  const server = createServer((_, response) => {
    response.end(
      [
        `signalbox_ledger_events_total{status="committed"} 7`,
        `signalbox_ledger_events_total{status="quarantined"} ${said.quarantined}`,
        `signalbox_ledger_missing_events_total ${said.quarantined}`,
        `signalbox_ledger_sampled_replays_total{result="different"} ${said.different}`,
        `signalbox_ledger_size ${said.size}`,
        `signalbox_ledger_checkpoint_size ${said.signed}`,
        "signalbox_ledger_leading 1",
      ].join("\n"),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const look = async (): Promise<Finding | undefined> => recordsCheck(url, 10)[0]?.look();
  expect(await look()).toMatchObject({ status: "ok", todo: null });
  said = { ...said, quarantined: 3 };
  expect(await look()).toMatchObject({
    status: "warn",
    detail: "3 events are kept aside and 3 are missing since the ledger started",
    todo: expect.stringContaining("audit-ledger.log"),
  });
  said = { ...said, signed: 5 };
  expect(await look()).toMatchObject({ status: "fail", detail: "no checkpoint is signed over the newest 2 leaves" });
  said = { ...said, different: 1 };
  expect(await look()).toMatchObject({ status: "fail", detail: expect.stringContaining("came out otherwise") });
  server.close();
  await once(server, "close");
  expect(await look()).toMatchObject({ status: "fail", detail: expect.stringContaining("does not tell") });
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
