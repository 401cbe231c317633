import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { recordedTerminal, type RecordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { KEY_LEAVES, startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";
import { type IssuerKey, makeKey, signToken, startTokenIssuers, type TokenIssuers } from "./token-issuer.ts";

const MAIN = join(import.meta.dirname, "../../infra/cli/main.ts");

let line: TestLine;
let upstream: Upstream;
let issuers: TokenIssuers;
let issuerKey: IssuerKey;

beforeAll(async () => {
  upstream = await startUpstream();
  issuers = await startTokenIssuers(["house"]);
  issuerKey = await makeKey("first");
  issuers.of("house").keys = [issuerKey.jwk];
  line = await startLine({
    upstream: { baseUrl: upstream.baseUrl },
    config: {
      retention: { content: { tenants: ["*"] } },
      identity: {
        issuers: [{ issuer: issuers.issuer("house"), audience: "line", tenant: "default", claims: { team: "team" } }],
      },
    },
  });
  await ask("auto");
  await ask("no-such-model");
  await ask("upstream/large");
  await vi.waitUntil(async () => (await listed()).filter((each) => each.outcome).length === 3, { timeout: 10_000 });
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  await issuers[Symbol.asyncDispose]();
});

type Made = { id: string; key: string };

type Listed = {
  decisionId: string;
  decision: { tenant: string; input: { facts: { model: string } } };
  outcome: unknown;
};

async function ask(model: string, key: string = line.apiKey): Promise<Response> {
  return fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] }),
  });
}

/** Runs a command against the line, as the operator who sits at its home folder. */
async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordedTerminal();
  const code = await runCli([...args, "--home", line.home], terminal);
  return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
}

async function listed(): Promise<Listed[]> {
  const { stdout } = await run("decisions", "list", "--json");
  return (JSON.parse(stdout) as { data: Listed[] }).data;
}

test("decisions are listed newest first, and by what was asked, chosen and decided", async () => {
  const { code, stdout } = await run("decisions", "list");
  expect(code).toBe(0);
  const [head, ...lines] = stdout.split("\n");
  expect(head).toMatch(/^TIME \(UTC\) +DECISION +ASKED +CHOSEN +REASON +COST +RESULT +TOKENS +MS$/);
  expect(lines.map((text) => text.split(/ {2,}/)[2])).toEqual(["upstream/large", "no-such-model", "auto"]);
  expect(lines[0]).toMatch(/\$0\.\d+ +completed/);
  expect(lines[1]).toContain("refused: model-not-found");
  const refusals = await run("decisions", "list", "--kind", "refuse", "--since", "1h");
  expect(refusals.stdout.split("\n")).toHaveLength(2);
  const none = await run("decisions", "list", "--provider", "nobody", "--json");
  expect(JSON.parse(none.stdout)).toMatchObject({ data: [] });
});

test("one decision is shown in full, by its id or by its request's", async () => {
  const [first] = await listed();
  const { code, stdout } = await run("decisions", "show", first!.decisionId);
  expect(code).toBe(0);
  for (const section of [
    "Asked",
    "Classified",
    "Chosen",
    "Ranked",
    "Attempts",
    "Cost",
    "Time per stage",
    "Made from",
  ]) {
    expect(stdout).toContain(section);
  }
  const requestId = /request (\S+)/.exec(stdout)?.[1] as string;
  expect((await run("decisions", "show", requestId)).stdout).toBe(stdout);
  const unknown = await run("decisions", "show", "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e");
  expect(unknown).toMatchObject({ code: 1, stdout: "" });
  expect(unknown.stderr).toContain("decisions list");
});

test("all decisions replay to the same bytes, and the register is sound", async () => {
  const replayed = await run("replay", "--all");
  expect(replayed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^3 of 3 identical \(100 %\)\nleaves 0 to \d+, checkpoint of /),
  });
  const [first] = await listed();
  const one = await run("replay", first!.decisionId, "--json");
  expect(JSON.parse(one.stdout)).toEqual({ replayed: 1, identical: 1, different: [] });
  // The checkpoint follows the commit by half a second at the most.
  await expect
    .poll(async () => JSON.parse((await run("verify", "--json")).stdout) as unknown, { timeout: 10_000 })
    .toMatchObject({
      kind: "sound",
      // The replay of the range is recorded as well, some seconds later.
      size: expect.toSatisfy((size: number) => size >= KEY_LEAVES + 6),
      vkeyFrom: expect.stringContaining("log.pem"),
    });
});

test("a key that was not the log's does not verify it", async () => {
  const { stdout } = await run("verify", "--json");
  const { vkey } = JSON.parse(stdout) as { vkey: string };
  const other = "signalbox.local/register+5aa085dc+AbgIuzgJS0zAfOUaKnJx2+U2DCrH2I1OzX3u9JjfYhIL";
  expect(other).not.toBe(vkey);
  const verdict = await run("verify", "--vkey", other);
  expect(verdict.code).toBe(1);
  expect(verdict.stdout).toContain("no-known-signature");
});

test("the register is followed over a restart of ingress, without a gap or a repeat", async () => {
  const terminal = recordedTerminal();
  const tailing = runCli(["tail", "--from", "0", "--json", "--home", line.home], terminal);
  await expect.poll(() => terminal.stdout.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(KEY_LEAVES + 6);
  process.kill(line.pids()["ingress"] as number, "SIGKILL");
  await expect
    .poll(
      () =>
        ask("auto").then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(200);
  await expect.poll(() => indexes(terminal).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(KEY_LEAVES + 9);
  terminal.abort();
  expect(await tailing).toBe(0);
  expect(indexes(terminal)).toEqual(indexes(terminal).map((_, at) => at));
  expect(terminal.stderr.join("")).toContain("connection was lost");
});

function indexes({ stdout }: RecordedTerminal): number[] {
  return stdout.map((text) => (JSON.parse(text) as { index: number }).index);
}

test("what was retained is erased for good, the erasure is recorded, and the register verifies before and after", async () => {
  const [first] = (JSON.parse((await run("content", "list", "--json")).stdout) as { data: { requestId: string }[] })
    .data;
  const id = first!.requestId;
  expect((await run("content", "show", id)).stdout).toContain('"content":"Hello!"');
  const classified = await run("replay", id, "--classify");
  expect(classified).toMatchObject({ code: 0, stdout: "2 of 2 identical (100 %)" });
  expect((await run("verify")).code).toBe(0);
  const erased = await run("content", "erase", id);
  expect(erased).toMatchObject({ code: 0, stdout: expect.stringContaining("erased the content of 1 request of") });
  expect((await run("content", "show", id)).code).toBe(1);
  const terminal = recordedTerminal();
  const tailing = runCli(["tail", "--from-index", "0", "--type", "erasure", "--json", "--home", line.home], terminal);
  await expect.poll(() => terminal.stdout.length, { timeout: 10_000 }).toBe(1);
  terminal.abort();
  await tailing;
  const { index, event } = JSON.parse(terminal.stdout[0]!) as { index: number; event: object };
  expect(event).toMatchObject({ scope: { kind: "request", requestId: id }, erased: 1 });
  await expect
    .poll(async () => JSON.parse((await run("verify", "--json")).stdout) as { kind: string; size: number })
    .toMatchObject({ kind: "sound", size: expect.toSatisfy((size: number) => size > index) });
  expect((await run("replay", "--all")).code).toBe(0);
});

test("a diff is drawn, and an evaluation gives no number that the history does not bear", async () => {
  const chart = join(line.home, "diff.svg");
  const diff = await run("replay", "--all", "--diff", "--chart", chart);
  expect(diff).toMatchObject({ code: 0, stdout: expect.stringContaining("decided by engine sha256:") });
  expect(readFileSync(chart, "utf8")).toMatch(/^<svg /);
  const prices = join(line.home, "prices.json");
  writeFileSync(prices, JSON.stringify({ "upstream/large": { inputUsdPerMillion: 100, outputUsdPerMillion: 400 } }));
  const priced = await run("replay", "--all", "--diff", "--prices", prices);
  expect(priced).toMatchObject({ code: 0, stdout: expect.stringMatching(/estimated cost \+\$\d/) });
  const evaluated = await run("replay", "--all", "--evaluate", "success");
  expect(evaluated.code).toBe(1);
  expect(evaluated.stdout).toContain("it supports only direct replay where the action was logged.");
  expect(evaluated.stdout).toContain("The effective sample is too small for a number. At least 100 are asked for.");
  const answered = (await listed()).find(({ outcome }) => (outcome as { result: string }).result === "completed");
  const given = await line.api(`/v1/decisions/${answered?.decisionId}/feedback`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"good":true}',
  });
  expect(given.status).toBe(201);
  await expect
    .poll(
      async () => JSON.parse((await run("replay", "--all", "--evaluate", "feedback", "--json")).stdout) as unknown,
      {
        timeout: 10_000,
      },
    )
    .toMatchObject({ evaluation: { choices: 1, isDeterministic: true, outcome: { reason: "too-few" } } });
});

test("a key is shown once, works, and is refused within a second of its revocation", async () => {
  const made = await run("keys", "create", "--name", "ci", "--tenant", "team-a");
  expect(made.code).toBe(0);
  const secret = made.stdout;
  expect((await ask("auto", secret)).status).toBe(200);
  const list = await run("keys", "list");
  const row = list.stdout.split("\n").find((text) => text.includes("ci "))!;
  expect(row).toContain("team-a");
  expect(list.stdout).not.toContain(secret);
  const [id] = row.split(" ");
  expect(await run("keys", "revoke", id!)).toMatchObject({ code: 0, stdout: `revoked ${id}` });
  await sleep(1_000);
  expect((await ask("auto", secret)).status).toBe(401);
  expect(await run("keys", "revoke", "0a0a0a0a0a0a")).toMatchObject({ code: 1 });
});

test("a key is of a team, and ends and goes on with it; its secret is changed while the one before goes on", async () => {
  const options = ["--team", "red", "--service-account", "ci", "--networks", "127.0.0.1,::1", "--lifetime", "1h"];
  const made = JSON.parse((await run("keys", "create", "--name", "of red", ...options, "--json")).stdout) as Made;
  const rotated = JSON.parse((await run("keys", "rotate", made.id, "--overlap", "1h", "--json")).stdout) as Made;
  const refreshed = await run("keys", "refresh", made.id, "--key", rotated.key);
  expect(refreshed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sk-sb-/) });
  const statuses = async (): Promise<number[]> =>
    Promise.all([made.key, rotated.key, refreshed.stdout].map(async (key) => (await ask("auto", key)).status));
  expect(await statuses()).toEqual([401, 200, 200]);
  expect((await run("teams", "list")).stdout).toMatch(/^red +default +red +active$/m);
  expect((await run("service-accounts", "list")).stdout).toMatch(/^ci +default +ci +red +active$/m);
  expect(await run("teams", "disable", "red")).toMatchObject({ code: 0, stdout: "disabled red" });
  expect(await statuses()).toEqual([401, 401, 401]);
  expect(await run("teams", "enable", "red")).toMatchObject({ code: 0, stdout: "enabled red" });
  expect(await statuses()).toEqual([401, 200, 200]);
  expect((await run("users", "create", "jane", "--team", "blue", "--name", "Jane")).stdout).toMatch(
    /jane +default +Jane +blue/,
  );
});

test("a token of an issuer is taken down the whole line, and records and costs say whose it is", async () => {
  const claims = { iss: issuers.issuer("house"), aud: "line", sub: "u-1", team: "gold" };
  const token = await signToken(issuerKey, claims);
  expect((await ask("auto", token)).status).toBe(200);
  const newest = async (): Promise<Listed | undefined> => {
    const { stdout } = await run("decisions", "list", "--json", "--limit", "1", "--key", token);
    return (JSON.parse(stdout) as { data: Listed[] }).data[0];
  };
  // The register is written behind the answer.
  await expect
    .poll(async () => (await newest())?.decision.input, { timeout: 10_000 })
    .toMatchObject({
      facts: { tenant: "default", keyId: expect.stringMatching(/^oidc-[0-9a-f]{32}$/) },
      context: { team: "gold", user: "u-1" },
    });
  const costs = async (): Promise<string> => (await run("costs", "--by", "team")).stdout;
  await expect.poll(costs, { timeout: 10_000 }).toMatch(/^gold +[1-9]/m);
  expect(await run("keys", "list", "--key", token)).toMatchObject({ code: 2 });
});

test("a key may be made to expire, and the list shows when and that it did", async () => {
  const made = await run("keys", "create", "--name", "trial", "--expires", "2s", "--json");
  const { id, key, expiresAt } = JSON.parse(made.stdout) as { id: string; key: string; expiresAt: string };
  expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(2_000);
  expect((await ask("auto", key)).status).toBe(200);
  const state = async (): Promise<string[]> =>
    (await run("keys", "list")).stdout
      .split("\n")
      .find((text) => text.startsWith(id))!
      .split(/ {2,}/)
      .slice(-2);
  expect(await state()).toEqual([expiresAt.slice(0, 16).replace("T", " "), "active"]);
  await sleep(Date.parse(expiresAt) - Date.now() + 1);
  expect((await ask("auto", key)).status).toBe(401);
  expect((await state())[1]).toBe("expired");
});

test("an admin's key sees all tenants; a member's its own alone, and manages no keys", async () => {
  expect((await listed()).map(({ decision }) => decision.tenant)).toContain("team-a");
  const terminal = recordedTerminal({ SIGNALBOX_ADMIN_KEY: line.apiKey });
  expect(await runCli(["keys", "list", "--home", line.home], terminal)).toBe(2);
  expect(terminal.stderr.join("")).toContain("adminKey");
  const mine = recordedTerminal({ SIGNALBOX_ADMIN_KEY: line.apiKey });
  expect(await runCli(["decisions", "list", "--json", "--home", line.home], mine)).toBe(0);
  expect(mine.stdout.join("")).not.toContain("team-a");
});

test("models are shown with limits, exact prices, quality and health", async () => {
  const { stdout } = await run("models", "--provider", "upstream");
  expect(stdout.split("\n").map((text) => text.split(/ {2,}/))).toEqual([
    ["ENDPOINT", "CONTEXT", "IN $/M", "OUT $/M", "QUALITY", "HEALTHY"],
    ["upstream/large", "128,000", "$1", "$4", "0.800", expect.any(String)],
    ["upstream/small", "128,000", "$0.1", "$0.4", "0.500", expect.stringMatching(/^(yes|untried)$/)],
  ]);
});

test("Ctrl-C ends a tail with 0, though it comes through npm as well", async () => {
  const child = spawn(process.execPath, [MAIN, "tail", "--from-index", "0", "--home", line.home], { stdio: "pipe" });
  await once(child.stdout, "data");
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("doctor finds nothing wrong with a line that runs", async () => {
  const { code, stdout } = await run("doctor", "--json");
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string }[] };
  expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
  const looked = checks.map(({ name }) => name);
  expect(looked).toEqual(expect.arrayContaining(["line", "processes", "stages", "audit queue", "ledger"]));
  expect(code).toBe(0);
});
