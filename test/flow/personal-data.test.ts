import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { readLogVkey } from "@signalbox/infra/cli/verify/producer-keys.ts";
import { withClient } from "@signalbox/infra/postgres/with-client.ts";
import { expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { json, startUpstream } from "../kit/upstream.ts";

/*
 * Goal: on a whole line, what is kept of one end user can be erased by its name, nothing names it afterwards, others keep
 * theirs, the register verifies and replays as before, and who read content stands in it.
 */

const ADA = "ada.lovelace@mail.example.org";
const BEA = "bea.example@mail.example.org";
const SAID = "The treasure lies beneath the oak.";
const JSON_BODY = { "content-type": "application/json" };
const PATIENCE = { timeout: 20_000, interval: 100 };

let line: TestLine;

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordedTerminal();
  const code = await runCli([...args, "--home", line.home], terminal);
  return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
}

async function runJson<Answer>(...args: string[]): Promise<Answer> {
  return JSON.parse((await run(...args, "--json")).stdout) as Answer;
}

async function ask(path: string, body: object): Promise<void> {
  const answer = await line.api(path, {
    method: "POST",
    headers: { ...JSON_BODY, "x-signalbox-tags": "trial" },
    body: JSON.stringify({ model: "auto", ...body }),
  });
  expect(answer.status).toBe(200);
  await answer.text();
}

type Listed = {
  decision: { requestId: string; decisionId: string; input: { facts: { labels: { user: string } } } };
  outcome: object | null;
  labels: { user: string } | null;
};

async function listed(): Promise<Listed[]> {
  return ((await (await line.api("/v1/decisions?limit=100&order=asc")).json()) as { data: Listed[] }).data;
}

/** A text as it is, within base64 at each of the three places that it can begin at, and each of these as hexadecimal digits. */
function spellings(text: string): string[] {
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.from("-".repeat(shift) + text)
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [text, ...encoded].flatMap((each) => [each, Buffer.from(each).toString("hex")]);
}

/** The tables that hold a text in any of their rows. */
async function tablesWith(text: string): Promise<string[]> {
  return withClient(line.databaseUrl, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' order by 1",
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      if (rows.some(({ row }) => spellings(text).some((each) => row.includes(each)))) found.push(name);
    }
    return found;
  });
}

/** Events of a type, as soon as there are as many. */
async function recorded(type: string, where: string, count: number): Promise<object[]> {
  const terminal = recordedTerminal();
  const tailing = runCli(["tail", "--from-index", "0", "--type", type, "--json", "--home", line.home], terminal);
  const events = (): object[] =>
    terminal.stdout.filter((text) => text.includes(where)).map((text) => (JSON.parse(text) as { event: object }).event);
  await expect.poll(() => events().length, PATIENCE).toBe(count);
  terminal.abort();
  await tailing;
  return events();
}

test("who reads content stands in the register, and what is erased of one end user is gone while all verifies", async () => {
  await using upstream = await startUpstream();
  const everybody = { tenants: ["*"] };
  await using started = await startLine({
    upstream: { baseUrl: upstream.baseUrl },
    config: { retention: { content: everybody, responses: everybody }, log: { level: "trace" } },
  });
  line = started;
  const chat = { messages: [{ role: "user", content: SAID }], temperature: 0 };
  await ask("/v1/chat/completions", { ...chat, user: ADA, metadata: { mail: ADA } });
  await ask("/v1/responses", { input: SAID, store: true, user: ADA });
  await ask("/v1/chat/completions", { messages: [{ role: "user", content: "Good morning." }], user: BEA });
  await expect.poll(async () => (await listed()).map(({ labels }) => labels?.user), PATIENCE).toEqual([ADA, ADA, BEA]);
  await expect.poll(async () => (await runJson<{ data: object[] }>("content", "list")).data.length, PATIENCE).toBe(3);
  await expect.poll(() => tablesWith("chat.completion"), PATIENCE).toContain("cache_entry");
  const [first, , beas] = await listed();
  const [adas, kept] = [first!.decision, beas!.decision];

  expect((await run("content", "show", adas.requestId)).stdout).toContain(SAID);
  const [read] = await recorded("admin", '"content"', 1);
  expect(read).toMatchObject({ change: "read", id: adas.requestId, of: "default", by: line.adminKey.split("-")[2] });

  // It would be found.
  expect(await tablesWith(ADA)).toEqual(["ledger_label"]);
  const gone = await runJson<object>("content", "erase", "--tenant", "default", "--user", ADA);
  expect(gone).toMatchObject({ erased: 2, cachedAnswers: 1, storedResponses: 1, labels: 2 });
  expect(await tablesWith(ADA)).toEqual([]);
  expect(await tablesWith(BEA)).toEqual(["ledger_label"]);
  const [erasure] = await recorded("erasure", '"user"', 1);
  expect(erasure).toMatchObject({ scope: { kind: "user", user: adas.input.facts.labels.user }, labels: 2 });
  expect((await listed()).map(({ labels }) => labels?.user ?? null)).toEqual([null, null, BEA]);
  expect((await run("content", "show", adas.requestId)).code).toBe(1);
  expect((await run("content", "show", kept.requestId)).code).toBe(0);
  const costs = (await run("costs", "--by", "end-user")).stdout;
  expect(costs).toContain(BEA);
  expect(costs).not.toContain(ADA);

  // What a provider's error repeats, what cannot be read and what somebody says of an answer stand nowhere in the clear.
  upstream.next(json(400, { error: { message: SAID, type: SAID, code: SAID, param: SAID } }));
  const sent = [
    ["/v1/chat/completions", JSON.stringify({ ...chat, model: "upstream/large" })],
    ["/v1/chat/completions", `{"messages": [{"role": "user", "content": "${SAID}`],
    [`/v1/decisions/${adas.decisionId}/feedback`, JSON.stringify({ score: 1, comment: SAID })],
  ] as const;
  const statuses: number[] = [];
  for (const [path, body] of sent)
    statuses.push((await line.api(path, { method: "POST", headers: JSON_BODY, body })).status);
  expect(statuses).toEqual([400, 400, 201]);
  await recorded("feedback", adas.decisionId, 1);
  expect(await tablesWith(SAID)).toEqual([]);

  // PostgreSQL quotes a value that it cannot read, to who sent it and not in its log.
  const unread = withClient(line.databaseUrl, (client) => client.query("select $1::jsonb", [`{"user": "${ADA}`]));
  await expect(unread).rejects.toMatchObject({ where: expect.stringContaining(ADA) });
  const logs = join(line.home, "logs");
  const said = readdirSync(logs).filter((name) => {
    const text = readFileSync(join(logs, name), "utf8");
    return [ADA, BEA, SAID].some((each) => text.includes(each));
  });
  expect(said).toEqual([]);
  for (const command of [["verify"], ["fsck"], ["replay", "--all"]]) {
    expect({ command, ...(await run(...command)) }).toMatchObject({ code: 0 });
  }
  const copy = join(line.home, "copy");
  expect(await run("export", copy)).toMatchObject({ code: 0 });
  const [origin = ""] = readFileSync(join(copy, "checkpoint"), "utf8").split("\n");
  const vkey = readLogVkey(join(line.home, "keys/signing"), origin) ?? "";
  expect(await run("verify", copy, "--vkey", vkey, "--replay")).toMatchObject({ code: 0 });
});
