import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { parseEnvelope, renderEnvelope } from "@signalbox/tlog";
import type { DecisionEvent } from "@signalbox/proto";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { KEY_LEAVES, startLine, type TestLine } from "../kit/start-line.ts";

const REQUESTS = 3;
const LEAVES = KEY_LEAVES + 2 * REQUESTS;

let line: TestLine;
let database: Client;

/** A line with a few decisions, and somebody who is master of its database. */
beforeAll(async () => {
  line = await startLine();
  for (let sent = 0; sent < REQUESTS; sent += 1) await ask();
  await vi.waitUntil(async () => (await verify()).size === LEAVES, { timeout: 20_000, interval: 200 });
  const url = new URL(line.databaseUrl);
  url.username = "postgres";
  url.password = readFileSync(join(line.home, "postgres/superuser.password"), "utf8").trim();
  database = new Client({ connectionString: url.href });
  await database.connect();
  // The superuser may switch off the triggers that refuse any change.
  await database.query("set session_replication_role = replica");
});
afterAll(async () => {
  await database.end();
  await line[Symbol.asyncDispose]();
});

async function ask(): Promise<void> {
  const response = await fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello!" }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
}

async function run(...args: string[]): Promise<{ code: number; stdout: string }> {
  const terminal = recordedTerminal();
  const code = await runCli([...args, "--home", line.home], terminal);
  return { code, stdout: terminal.stdout.join("\n") };
}

async function verify(): Promise<{
  code: number;
  kind?: string;
  index?: number | null;
  size?: number;
  reason?: string;
}> {
  const { code, stdout } = await run("verify", "--json");
  return { code, ...(stdout === "" ? {} : (JSON.parse(stdout) as object)) };
}

/** Changes the register for the length of a test and puts it back. */
async function tamper(index: number, change: (leaf: Buffer) => Buffer, look: () => Promise<void>): Promise<void> {
  const { rows } = await database.query<{ leaf: Buffer }>("select leaf from ledger_leaf where idx = $1", [index]);
  const leaf = rows[0]!.leaf;
  const write = (bytes: Buffer) => database.query("update ledger_leaf set leaf = $2 where idx = $1", [index, bytes]);
  await write(change(leaf));
  try {
    await look();
  } finally {
    await write(leaf);
  }
}

async function firstDecision(): Promise<{ index: number; id: string }> {
  const { rows } = await database.query<{ idx: string; decision_id: string }>(
    "select idx, decision_id from ledger_leaf where type = 'decision' order by idx limit 1",
  );
  return { index: Number(rows[0]!.idx), id: rows[0]!.decision_id };
}

test("B15 a number that was changed in a recorded input is found by verify, and replay names the field that follows from it", async () => {
  const { index, id } = await firstDecision();
  await tamper(index, withAnotherDifficulty, async () => {
    expect(await verify()).toMatchObject({ code: 1, kind: "tampered", index });
    const { code, stdout } = await run("replay", id);
    expect(code).toBe(1);
    expect(stdout).toContain(`${id}  differs`);
    expect(stdout).toMatch(/\/requiredQuality: recorded \d+, replayed \d+/);
    const all = await run("replay", "--all", "--json");
    expect(all.code).toBe(1);
    expect(JSON.parse(all.stdout)).toMatchObject({
      replayed: REQUESTS,
      identical: REQUESTS - 1,
      different: 1,
      differing: [{ index, decisionId: id }],
    });
  });
  expect(await verify()).toMatchObject({ code: 0 });
});

/** The same envelope, signature and all, around an input with another difficulty. */
function withAnotherDifficulty(leaf: Buffer): Buffer {
  const envelope = parseEnvelope(leaf)!;
  const event = JSON.parse(Buffer.from(envelope.payload).toString("utf8")) as DecisionEvent;
  event.input.classification.difficulty = 990_000;
  return Buffer.from(renderEnvelope({ ...envelope, payload: Buffer.from(JSON.stringify(event)) }));
}

test("B15 two leaves that changed places are found", async () => {
  const { rows } = await database.query<{ leaf: Buffer }>(
    "select leaf from ledger_leaf where idx in (1, 2) order by idx",
  );
  const [one, two] = rows.map(({ leaf }) => leaf) as [Buffer, Buffer];
  await tamper(
    1,
    () => two,
    () =>
      tamper(
        2,
        () => one,
        async () => {
          expect(await verify()).toMatchObject({ code: 1, kind: "tampered", reason: expect.stringContaining("root") });
        },
      ),
  );
});

test("B15 a leaf that was deleted is named, in the middle and at the end", async () => {
  for (const index of [2, LEAVES - 1]) {
    await database.query("create temporary table kept as select * from ledger_leaf where idx = $1", [index]);
    await database.query("delete from ledger_leaf where idx = $1", [index]);
    expect(await verify()).toMatchObject({ code: 1, kind: "tampered", index });
    await database.query("insert into ledger_leaf select * from kept");
    await database.query("drop table kept");
  }
  expect(await verify()).toMatchObject({ code: 0 });
});
