import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { readLogVkey } from "@signalbox/infra/cli/verify/producer-keys.ts";
import { connectOperator } from "@signalbox/infra/nats/connect-operator.ts";
import { AUDIT_STREAM } from "@signalbox/proto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../flow/ledger-rig.ts";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";
import { sendOne, type Ending } from "./mixed-load.ts";
import { Register, type LeafRow } from "./register.ts";

/*
 * Goal: PostgreSQL stands still under the whole line (SIGSTOP: its connections stay open, and nothing answers). With
 * `audit: async` answers go on, their records wait in the queue; with `audit: sync` requests are refused with a 503 that
 * says when to come again. Afterwards everything is in the register once, for each request that there was.
 */

const CLIENTS = 8;
const OUTAGE_MS = { async: 60_000, sync: 20_000 } as const;
const SETTLE_LIMIT_MS = 120_000;
/** Requests of a client, one behind the other, with a pause between. */
const PAUSE_MS = 40;

describe.each(["async", "sync"] as const)("with audit: %s", (audit) => {
  let upstream: Upstream;
  let line: TestLine;
  let dir: string;
  let since: string;
  let sessions: number[];
  const before: Ending[] = [];
  const during: Ending[] = [];
  const after: Ending[] = [];

  beforeAll(async () => {
    upstream = await startUpstream();
    line = await startLine({ upstream, config: { audit } });
    dir = mkdtempSync(join(tmpdir(), "signalbox-stands-still-"));
    await sendFor(2_000, before);
    since = await keptCheckpoint();
    sessions = await postgresProcesses();
    for (const pid of sessions) process.kill(pid, "SIGSTOP");
    try {
      await sendFor(OUTAGE_MS[audit], during);
    } finally {
      for (const pid of sessions) process.kill(pid, "SIGCONT");
    }
  }, 300_000);

  afterAll(async () => {
    await line[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Clients that ask one thing after the other for so long. */
  async function sendFor(forMs: number, endings: Ending[]): Promise<void> {
    const untilMs = performance.now() + forMs;
    let number = 0;
    const client = async (): Promise<void> => {
      while (performance.now() < untilMs) {
        number += 1;
        endings.push(await sendOne(line, number));
        await sleep(PAUSE_MS);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  }

  /** As an auditor keeps one; it covers something. */
  async function keptCheckpoint(): Promise<string> {
    const file = join(dir, "kept.checkpoint");
    const note = await until(async () => {
      const text = await (await fetch(`${line.registerUrl}/checkpoint`)).text();
      return /\n[1-9][0-9]*\n/.test(text) ? text : undefined;
    });
    writeFileSync(file, note);
    return file;
  }

  /** The server and its sessions, each of which is a process of its own. */
  async function postgresProcesses(): Promise<number[]> {
    const client = new Client({ connectionString: line.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where pid is not null and pid <> pg_backend_pid()",
    );
    await client.end();
    return [line.servers()["postgres"] as number, ...rows.map(({ pid }) => pid)];
  }

  async function queued(): Promise<number> {
    const nats = await connectOperator(line.natsUrl);
    const { state } = await (await nats.jetstreamManager()).streams.info(AUDIT_STREAM.name);
    await nats.close();
    return state.messages;
  }

  async function cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const terminal = recordedTerminal();
    const code = await runCli([...args, "--home", line.home], terminal);
    return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
  }

  /** Every request's outcome, when each that a client saw has one. */
  async function outcomes(): Promise<LeafRow[]> {
    await using register = await Register.open(line.databaseUrl);
    const giveUpAtMs = performance.now() + SETTLE_LIMIT_MS;
    for (;;) {
      const found = (await register.leaves()).filter(({ type }) => type === "outcome");
      const recorded = new Set(found.map(({ requestId }) => requestId));
      if (seen().every((id) => recorded.has(id)) || performance.now() > giveUpAtMs) return found;
      await sleep(500);
    }
  }

  function seen(): string[] {
    return [...before, ...during, ...after].map(({ requestId }) => requestId ?? "a request without an id");
  }

  test("nobody saw anything but an answer or a typed error", () => {
    expect([...before, ...during].filter(({ kind }) => kind === "broken")).toEqual([]);
    expect(new Set(before.map(({ kind }) => kind))).toEqual(new Set(["answer"]));
    expect(during.length).toBeGreaterThanOrEqual(audit === "async" ? 500 : CLIENTS);
  });

  test("B13 meanwhile every request ended as this mode promises", () => {
    const ends = during.map((end) => (end.kind === "error" ? `${end.status} ${end.code}` : end.kind));
    expect(new Set(ends)).toEqual(new Set([audit === "async" ? "answer" : "503 audit_unavailable"]));
    const waits = during.map((end) => (end.kind === "error" ? Number(end.retryAfter) : 1));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1);
  });

  test("afterwards requests are answered again at once", async () => {
    await expect.poll(() => sendOne(line, 0), { timeout: 30_000, interval: 250 }).toMatchObject({ kind: "answer" });
    await sendFor(1_000, after);
    expect(new Set(after.map(({ kind }) => kind))).toEqual(new Set(["answer"]));
  });

  test("B13 each request of that time is in the register once, and the queue is empty", async () => {
    const found = (await outcomes()).map(({ requestId }) => requestId);
    expect(seen().filter((id) => !found.includes(id))).toEqual([]);
    expect(new Set(found).size).toBe(found.length);
    await expect.poll(queued, { timeout: SETTLE_LIMIT_MS }).toBe(0);
  });

  test("B15 the database agrees with its tree, and a copy holds against the checkpoint from before", async () => {
    await sleep(1_500);
    const checked = await cli("fsck", "--json");
    expect({ code: checked.code, ...(JSON.parse(checked.stdout) as object) }).toMatchObject({ code: 0, findings: [] });
    const copy = join(dir, "copy");
    expect(await cli("export", copy)).toMatchObject({ code: 0 });
    const origin = readFileSync(since, "utf8").split("\n")[0] ?? "";
    const vkey = readLogVkey(join(line.home, "keys/signing"), origin) ?? "";
    const verified = await cli("verify", copy, "--vkey", vkey, "--since", since, "--json");
    expect({ code: verified.code, ...(JSON.parse(verified.stdout) as object) }).toMatchObject({
      code: 0,
      kind: "sound",
    });
  });
});
