import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { json } from "../kit/upstream.ts";
import { answering, startBudgetRig, type BudgetRig } from "./budget-rig.ts";

/*
 * Goal: what an operator gives a key holds for its bearer, over two policies, from the first request on; and what it all
 * cost is told to the pico-dollar.
 */

const SECRET = "a secret that both of us know";

let rig: BudgetRig;
let receiver: Server;
let dir: string;
const posted: { headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      posted.push({ headers: request.headers, body });
      response.writeHead(posted.length === 1 ? 503 : 204).end();
    });
  });
  await once(receiver.listen(0, "127.0.0.1"), "listening");
  dir = mkdtempSync(join(tmpdir(), "signalbox-webhook-"));
  const secretFile = join(dir, "secret");
  writeFileSync(secretFile, `${SECRET}\n`);
  const webhook = { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/alerts`, secretFile };
  rig = await startBudgetRig({ leaseMs: 3_000, expireEveryMs: 200, recordedWithinMs: 1_000, webhook });
  await rig.addPolicy();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  receiver.close();
  rmSync(dir, { recursive: true });
});

async function makeKey(settings: object): Promise<{ id: string; secret: string }> {
  const response = await rig.line.api("/admin/v1/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "test", ...settings }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; secret: string };
}

type Told = { status: number; code: string | null; header: (name: string) => string | null };

async function ask(secret: string, body: object = {}): Promise<Told> {
  const response = await rig.chat({ max_tokens: 10, ...body }, { key: secret });
  const answer = await response.text();
  const code = response.status === 200 ? null : (JSON.parse(answer) as { error: { code: string } }).error.code;
  return { status: response.status, code, header: (name) => response.headers.get(name) };
}

test("the first request of a fresh key is charged already", async () => {
  rig.upstream.always(answering());
  const { secret } = await makeKey({ budget: { usd: 0.000_000_1, window: "total" } });
  const told = await ask(secret);
  expect(told).toMatchObject({ status: 429, code: "insufficient_quota" });
  expect(told.header("x-should-retry")).toBe("false");
  expect(told.header("retry-after")).toBeNull();
});

test("a key is kept to its models", async () => {
  const { secret } = await makeKey({ models: ["other/*"] });
  expect(await ask(secret)).toMatchObject({ status: 403, code: "policy_refused" });
  const { secret: allowed } = await makeKey({ models: ["upstream/*"] });
  expect(await ask(allowed)).toMatchObject({ status: 200 });
});

test("a key is kept to its endpoints, regions and groups, and what it belongs to is on the record", async () => {
  const told = [];
  for (const scope of [{ endpoints: ["other/*"] }, { regions: ["eu-*"] }, { routes: ["nothing"] }]) {
    const { secret } = await makeKey({ models: ["upstream/*"], ...scope });
    told.push((await ask(secret)).code);
  }
  expect(told).toEqual(["policy_refused", "policy_refused", "policy_refused"]);
  const place = { team: "silver", project: "apollo", user: "jane" };
  const { id, secret } = await makeKey({ endpoints: ["upstream/*"], ...place });
  expect(await ask(secret)).toMatchObject({ status: 200 });
  const recorded = await rig.line.api(`/v1/decisions?key=${id}`);
  const { data } = (await recorded.json()) as { data: { decision: { input: object } }[] };
  expect(data[0]?.decision.input).toMatchObject({ context: place, keyScope: { endpoints: ["upstream/*"] } });
});

test("B10 requests and tokens a minute are limited, and every answer says how much is left", async () => {
  const { id, secret } = await makeKey({ limits: { rpm: 5, tpm: 100_000 } });
  const told = [];
  for (let at = 0; at < 7; at += 1) told.push(await ask(secret, { stream: at % 2 === 0 }));
  expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(told[0]?.header("x-ratelimit-limit-requests")).toBe("5");
  const left = told.map(({ header }) => Number(header("x-ratelimit-remaining-requests")));
  // In between each instance tells what it knows, which is what was left when it last asked.
  expect([left[0], ...left.slice(5)]).toEqual([4, 0, 0]);
  expect(Math.max(...left)).toBe(4);
  expect(told[0]?.header("x-ratelimit-limit-tokens")).toBe("100000");
  expect(told[0]?.header("x-ratelimit-reset-requests")).toBe("1m0s");
  expect(told[5]).toMatchObject({ code: "rate_limit_exceeded" });
  const seconds = Number(told[6]?.header("retry-after"));
  expect(seconds).toBeGreaterThan(40);
  // A window is forgotten by hundredths, and whole seconds are told.
  expect(seconds).toBeLessThanOrEqual(61);
  // Streamed tokens count as those of whole answers: 5 of prompt and 10 of answer each.
  await expect.poll(async () => (await rig.account(`key-${id}-tpm`)).settled, { timeout: 10_000 }).toBe(75n);
});

test("B10 one request at once means one after the other, without a pause", async () => {
  const { secret } = await makeKey({ limits: { concurrency: 1 } });
  rig.upstream.always(answering({ waitMs: 400 }));
  const [first, second] = await Promise.all([
    ask(secret),
    new Promise((go) => setTimeout(go, 50)).then(() => ask(secret)),
  ]);
  expect(first).toMatchObject({ status: 200 });
  expect(second).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
  expect(Number(second.header("retry-after"))).toBe(1);
  rig.upstream.always(answering());
  for (let at = 0; at < 6; at += 1) expect((await ask(secret, { stream: at % 2 === 0 })).status).toBe(200);
});

test("an alert is given once when a share of a budget is spent, and posted until somebody takes it", async () => {
  const { id, secret } = await makeKey({ budget: { usd: 0.000_5, window: "month" } });
  expect((await ask(secret, { max_tokens: 100 })).status).toBe(200);
  const alerts = async (): Promise<{ share: number }[]> => {
    const answer = await rig.line.api(`/admin/v1/budgets/key-${id}-budget`);
    return ((await answer.json()) as { current: { alerts: { share: number }[] } }).current.alerts;
  };
  await expect.poll(alerts, { timeout: 10_000 }).toMatchObject([{ share: 0.8, told: expect.any(String) }]);
  // The first try was answered with a 503.
  expect(posted).toHaveLength(2);
  const [first, second] = posted;
  expect(first?.headers["webhook-id"]).toBe(second?.headers["webhook-id"]);
  const { "webhook-id": word, "webhook-timestamp": time, "webhook-signature": signature } = second?.headers ?? {};
  const expected = createHmac("sha256", SECRET)
    .update(`${String(word)}.${String(time)}.${second?.body}`)
    .digest("base64");
  expect(signature).toBe(`v1,${expected}`);
  expect(JSON.parse(second?.body ?? "")).toMatchObject({
    type: "budget.alert",
    data: { budget: `key-${id}-budget`, unit: "pico-usd", share: 0.8, spent: "405000000", limit: "500000000" },
  });
});

test("a budget of one model leaves the others alone", async () => {
  const made = await rig.line.api("/admin/v1/budgets", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "elsewhere", scope: { provider: "other" }, limit: { usd: 0 }, window: "day" }),
  });
  expect(made.status).toBe(201);
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { secret } = await makeKey({});
  expect((await ask(secret)).status).toBe(200);
});

test("what a team spent is the sum of its leaves, to the pico-dollar", async () => {
  const { secret } = await makeKey({ team: "red", budget: { usd: 1, window: "week" } });
  for (let at = 0; at < 3; at += 1) await ask(secret, { max_tokens: 7 });
  const report = async (): Promise<unknown> =>
    ((await (await rig.line.api("/admin/v1/costs?by=team,model")).json()) as { data: unknown[] }).data;
  await expect.poll(report, { timeout: 10_000 }).toContainEqual({
    by: { team: "red", model: "one" },
    requests: 3,
    unpriced: 0,
    costUsd: "0.000099",
    costPicoUsd: "99000000",
    abandoned: 0,
    abandonedEstimatePicoUsd: "0",
    inputTokens: 15,
    outputTokens: 21,
  });
  const csv = await (await rig.line.api("/admin/v1/costs?by=team,provider&format=csv")).text();
  expect(csv).toContain("red,upstream,3,0,0.000099,99000000,0,0,15,21\r\n");
});

test("what another model would have cost is told with its formula, from the price list that was decided by", async () => {
  rig.upstream.always(answering());
  const { secret } = await makeKey({ team: "green" });
  await ask(secret, { max_tokens: 7, user: "ann@example.com" });
  await ask(secret, { max_tokens: 3, user: "ann@example.com" });
  const path = "/admin/v1/costs?by=team,end-user&baseline=dear";
  const report = async (): Promise<CostAnswer> => (await (await rig.line.api(path)).json()) as CostAnswer;
  const green = async (): Promise<unknown> => (await report()).data.find(({ by }) => by["team"] === "green");
  // The dear one costs 10 and 40 dollars, ten times as much: 10 tokens of prompt and 10 of answer.
  await expect.poll(green, { timeout: 10_000 }).toMatchObject({
    by: { team: "green", "end-user": "ann@example.com" },
    requests: 2,
    costPicoUsd: "50000000",
    compared: { requests: 2, baselinePicoUsd: "500000000", savingsPicoUsd: "450000000", withoutPrice: 0, unknown: 0 },
  });
  const { baseline, catalogues } = await report();
  expect(baseline).toMatchObject({
    formula: expect.stringContaining("price of dear"),
    prices: [{ endpoint: "upstream/dear", catalogue: catalogues[0]?.catalogue, tiers: [{ input: 10_000_000 }] }],
  });
  const prices = await rig.line.api(
    `/admin/v1/prices?provider=upstream&format=csv&catalogue=${catalogues[0]?.catalogue}`,
  );
  expect(await prices.text()).toContain(",upstream/dear,upstream,dear,0,10000000,40000000,,,,,,,,,\r\n");
  const unknown = (await (await rig.line.api("/admin/v1/costs?baseline=nobody")).json()) as CostAnswer;
  expect(unknown.total.compared).toMatchObject({ requests: 0, savingsPicoUsd: "0" });
  expect(unknown.total.compared?.withoutPrice).toBeGreaterThan(1);
});

test("B1 what is written to a provider's cache for an hour is within what was reserved, and told of as it is billed", async () => {
  const { id, secret } = await makeKey({ team: "blue", budget: { usd: 1, window: "total" } });
  const usage = {
    input_tokens: 0,
    cache_creation_input_tokens: 350,
    cache_creation: { ephemeral_5m_input_tokens: 50, ephemeral_1h_input_tokens: 300 },
    output_tokens: 10,
  };
  const content = [{ type: "text", text: "Hi." }];
  const head = { id: "msg_1", type: "message", role: "assistant", model: "claude", stop_reason: "end_turn" };
  rig.upstream.next(json(200, { ...head, content, usage }));
  const mark = { cache_control: { type: "ephemeral", ttl: "1h" } };
  const prompt = [{ type: "text", text: "word ".repeat(400), ...mark }];
  expect(await ask(secret, { model: "keeper/claude", messages: [{ role: "user", content: prompt }] })).toMatchObject({
    status: 200,
  });
  // 50 for five minutes, 300 for an hour, 10 of answer.
  const settled = 50n * 1_250_000n + 300n * 2_000_000n + 10n * 4_000_000n;
  await expect.poll(async () => (await rig.account(`key-${id}-budget`)).settled, { timeout: 10_000 }).toBe(settled);
  expect((await rig.account(`key-${id}-budget`)).excess).toBe(0n);
  const blue = async (): Promise<unknown> => {
    const answer = await rig.line.api("/admin/v1/costs?by=team&baseline=claude");
    return ((await answer.json()) as CostAnswer).data.find(({ by }) => by["team"] === "blue");
  };
  const compared = { requests: 1, baselinePicoUsd: String(settled), savingsPicoUsd: "0" };
  await expect.poll(blue, { timeout: 10_000 }).toMatchObject({ costPicoUsd: String(settled), compared });
});

type CostAnswer = {
  data: { by: Record<string, string> }[];
  total: { compared?: { withoutPrice: number } };
  baseline: object;
  catalogues: { catalogue: string }[];
};

test("the statements of a month add up to what its outcomes cost, and the money reconciles with the register", async () => {
  const month = new Date().toISOString().slice(0, "2026-11".length);
  const outcomes = await rig.leafCosts();
  const answer = await rig.line.api(`/admin/v1/statements?month=${month}`);
  const statements = (await answer.json()) as Statements;
  const sums = statements.data.map(({ total }) => BigInt(total.costPicoUsd));
  expect(sums.reduce((sum, each) => sum + each, 0n)).toBe(outcomes);
  expect(BigInt(statements.total.costPicoUsd)).toBe(outcomes);
  expect(statements.data.find(({ team }) => team === "red")).toMatchObject({
    total: { requests: 3, costPicoUsd: "99000000" },
    lines: [{ project: null, provider: "upstream", model: "one" }],
  });
  const markdown = await (await rig.line.api(`/admin/v1/statements?month=${month}&team=red&format=markdown`)).text();
  expect(markdown).toContain("## Team red");
  expect(markdown).toContain("| — | upstream | one | 3 | 15 | 21 | 0.000099 |");
  const reconciled = async (): Promise<unknown> => (await rig.line.api("/admin/v1/reconciliation")).json();
  await expect.poll(reconciled, { timeout: 10_000 }).toMatchObject({ agrees: true });
});

type Statements = {
  total: { costPicoUsd: string };
  data: { team: string | null; total: { costPicoUsd: string }; lines: object[] }[];
};

test("an operator does the same from the command line", async () => {
  const run = async (...args: string[]): Promise<string> => {
    const terminal = recordedTerminal();
    expect(await runCli([...args, "--home", rig.line.home], terminal)).toBe(0);
    return terminal.stdout.join("\n");
  };
  const secret = await run("keys", "create", "--name", "cli", "--team", "blue", "--budget", "0.5", "--rpm", "9");
  rig.upstream.always(answering());
  expect((await ask(secret)).header("x-ratelimit-limit-requests")).toBe("9");
  await run("budgets", "create", "--name", "team-blue", "--team", "blue", "--usd", "2", "--window", "week");
  const list = (await run("budgets", "list")).split("\n").map((line) => line.split(/ {2,}/));
  expect(list).toContainEqual(["team-blue", "team=blue", "week", "$2", "$0", "$0", "$2"]);
  await run(
    "budgets",
    "create",
    "--name",
    "each-key",
    "--each",
    "key",
    "--usd",
    "1",
    "--window",
    "day",
    "--alert-at",
    "50,100",
  );
  expect((await run("budgets", "list")).split("\n").map((line) => line.split(/ {2,}/))).toContainEqual([
    "each-key",
    "each key",
    "day",
    "$1",
    "$0",
    "$0",
    "$1",
  ]);
  expect(await run("budgets", "accounts", "each-key")).toMatch(/^SUBJECT +LIMIT +SPENT +RESERVED +LEFT$/);
  const month = new Date().toISOString().slice(0, "2026-11".length);
  await expect.poll(() => run("statements", "--month", month), { timeout: 10_000 }).toContain("## Team blue");
  expect(await run("prices", "--provider", "upstream")).toMatch(/upstream\/one +0 +\$1 +\$4 +— +—/);
  expect(await run("reconcile")).toContain("All of them agree.");
  expect(await run("budgets", "delete", "team-blue")).toBe("deleted team-blue");
  const costs = (): Promise<string> => run("costs", "--by", "team,provider", "--from", "1h", "--csv");
  await expect.poll(costs, { timeout: 10_000 }).toContain("blue,upstream,1,0,0.000045,45000000,");
  expect((await run("costs", "--by", "team")).split("\n")[0]?.split(/ {2,}/)).toEqual([
    "TEAM",
    "REQUESTS",
    "UNPRICED",
    "COST",
  ]);
});
