import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answering, startBudgetRig, type BudgetRig } from "./budget-rig.ts";

/*
 * Goal: what an operator gives a key holds for its bearer, over two policies, from the first request on; and what it all
 * cost is told to the pico-dollar.
 */

let rig: BudgetRig;
beforeAll(async () => {
  rig = await startBudgetRig({ leaseMs: 3_000, expireEveryMs: 200, recordedWithinMs: 1_000 });
  await rig.addPolicy();
});
afterAll(() => rig[Symbol.asyncDispose]());

async function makeKey(wish: object): Promise<{ id: string; secret: string }> {
  const response = await rig.line.api("/admin/v1/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "test", ...wish }),
  });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; secret: string };
}

type Told = { status: number; code: string | null; header: (name: string) => string | null };

async function ask(secret: string, body: object = {}): Promise<Told> {
  const response = await rig.chat({ max_tokens: 10, ...body }, { key: secret });
  const text = await response.text();
  const code = response.status === 200 ? null : (JSON.parse(text) as { error: { code: string } }).error.code;
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
  expect(seconds).toBeLessThanOrEqual(60);
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

test("an alert is given once when a share of a budget is spent", async () => {
  const { id, secret } = await makeKey({ budget: { usd: 0.000_5, window: "month" } });
  expect((await ask(secret, { max_tokens: 100 })).status).toBe(200);
  const alerts = async (): Promise<{ share: number }[]> => {
    const answer = await rig.line.api(`/admin/v1/budgets/key-${id}-budget`);
    return ((await answer.json()) as { current: { alerts: { share: number }[] } }).current.alerts;
  };
  await expect.poll(alerts, { timeout: 10_000 }).toMatchObject([{ share: 0.8 }]);
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
  });
  const csv = await (await rig.line.api("/admin/v1/costs?by=team,provider&format=csv")).text();
  expect(csv).toContain("red,upstream,3,0,0.000099,99000000\r\n");
});

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
  expect(await run("budgets", "delete", "team-blue")).toBe("deleted team-blue");
  const costs = (): Promise<string> => run("costs", "--by", "team,provider", "--from", "1h", "--csv");
  await expect.poll(costs, { timeout: 10_000 }).toContain("blue,upstream,1,0,0.000045,45000000");
  expect((await run("costs", "--by", "team")).split("\n")[0]?.split(/ {2,}/)).toEqual([
    "TEAM",
    "REQUESTS",
    "UNPRICED",
    "COST",
  ]);
});
