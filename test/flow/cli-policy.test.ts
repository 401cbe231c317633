import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import type { ReplayJob } from "@signalbox/proto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream } from "../kit/upstream.ts";

const EFFECTIVE_WITHIN_MS = 1_000;
/** The register follows; how long that takes is no matter here. */
const PATIENCE = { timeout: 10_000, interval: 50 };

let line: TestLine;
let upstream: Upstream;
let dir: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "signalbox-policies-"));
  upstream = await startUpstream();
  line = await startLine({
    upstream: { baseUrl: upstream.baseUrl },
    config: { retention: { content: { tenants: ["*"] } } },
  });
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

type Ran = { code: number; stdout: string; stderr: string };

const run = (...args: string[]): Promise<Ran> => runWords("policy", ...args);

async function runWords(...args: string[]): Promise<Ran> {
  const terminal = recordedTerminal();
  const code = await runCli([...args, "--home", line.home], terminal);
  return { code, stdout: terminal.stdout.join("\n"), stderr: terminal.stderr.join("\n") };
}

async function ask(model: string): Promise<Response> {
  return fetch(`${line.baseUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${line.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello!" }] }),
  });
}

type Decisions = { data: { decision: { input: { classification: { classifier: string } } } }[] };

const NO_LARGE = `
rules:
  - name: no-large
    when: 'model.like("*large")'
    do: { deny: The large model is not for everyone. }
  - name: short
    do: { maxOutputTokens: 64 }
tests:
  - name: large is refused
    given: { model: upstream/large }
    expect: { action: refuse, message: not for everyone, applied: [no-large] }
`;

test("files are checked by themselves, and a problem is told with line and fix", async () => {
  expect(await run("validate", file("good.yaml", NO_LARGE))).toMatchObject({
    code: 0,
    stdout: "valid: 2 rules, 1 tests",
  });
  expect(await run("test", join(dir, "good.yaml"))).toMatchObject({ code: 0, stdout: "1 of 1 tests hold" });
  const bad = await run("validate", file("bad.yaml", NO_LARGE.replace("model.like", "modl.like")));
  expect(bad).toMatchObject({ code: 1, stdout: "" });
  expect(bad.stderr).toContain("bad.yaml:4: rules[0].when: Unknown variable: modl. Did you mean 'model'?");
  const failing = await run("test", file("failing.yaml", NO_LARGE.replace("action: refuse", "action: route")));
  expect(failing.code).toBe(1);
  expect(failing.stdout).toContain(
    "FAILS  large is refused\n  expected to route, but it would refuse: The large model",
  );
});

test("what a policy would change is shown, then it is applied, told by a decision, and taken back", async () => {
  const good = file("good.yaml", NO_LARGE);
  expect((await ask("upstream/large")).status).toBe(200);
  expect((await ask("upstream/small")).status).toBe(200);
  const differing = await vi.waitFor(async () => {
    const diff = await run("diff", good);
    expect(diff.stdout).toContain("2 of 2 recorded decisions would change");
    return diff.stdout;
  }, PATIENCE);
  expect(differing).toMatch(/1 +now +upstream\/large.*, 16384 tokens\n +then +refuse \(policy-refused\)/);
  expect(differing).toMatch(/1 +now +upstream\/small.*, 16384 tokens\n +then +upstream\/small.*, 64 tokens/);

  const applied = await run("apply", good, "--as", "tester");
  expect(applied.stdout).toMatch(/^in force: sha256:[0-9a-f]{64}\nversion: sha256:/);
  expect((await run("apply", good)).stdout).toContain("in force already");
  const refused = await ask("upstream/large");
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain("The large model is not for everyone.");
  expect((await run("diff", good)).stdout).toMatch(/^0 of \d recorded decisions would change$/);

  expect((await run("rollback", "--as", "tester")).stdout).toContain("version: the configuration alone");
  expect((await ask("upstream/large")).status).toBe(200);
  const history = (await run("history")).stdout.split("\n");
  expect(history.slice(1).map((row) => row.split(/ {2,}/).slice(1, 3))).toEqual([
    ["rollback", "tester"],
    ["apply", "tester"],
  ]);
});

type Admin = { status: number; body: Record<string, unknown> };

async function admin(method: string, path: string, body?: object): Promise<Admin> {
  const response = await fetch(`${line.baseUrl}/admin/v1/policies${path}`, {
    method,
    headers: { authorization: `Bearer ${line.adminKey}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const files = (text: string): object => ({ files: [{ name: "p.yaml", text }] });

test("the admin API checks, compares, applies and takes back what the command line does", async () => {
  const was = await admin("GET", "/current");
  expect(was).toMatchObject({ status: 200, body: { object: "policy", document: { schema: "signalbox.policy.v2" } } });
  const checked = await admin("POST", "/check", files(NO_LARGE));
  expect(checked.body).toMatchObject({ valid: true, problems: [], rules: 2, tests: 1 });
  const broken = NO_LARGE.replace("model.like", "modl.like");
  expect((await admin("POST", "/check", files(broken))).body).toMatchObject({
    valid: false,
    problems: [{ file: "p.yaml", line: 4, text: expect.stringContaining("Did you mean 'model'?") }],
  });
  const failing = await admin("POST", "", files(NO_LARGE.replace("action: refuse", "action: route")));
  expect(failing).toMatchObject({
    status: 422,
    body: { error: { code: "unprocessable", param: "files", problems: [{ file: "p.yaml", line: 9 }] } },
  });
  expect((await admin("GET", "/current")).body).toEqual(was.body);

  const started = await admin("POST", "/diff", files(NO_LARGE));
  expect(started).toMatchObject({ status: 202, body: { object: "policy-diff" } });
  const { replay } = started.body as { replay: { id: string } };
  await vi.waitFor(async () => {
    const job = await fetch(`${line.baseUrl}/v1/replays/${replay.id}`, {
      headers: { authorization: `Bearer ${line.adminKey}` },
    });
    expect(await job.json()).toMatchObject({ state: "completed", changes: { refusalsGained: expect.any(Number) } });
  }, PATIENCE);

  const applied = await admin("POST", "", files(NO_LARGE));
  expect(applied).toMatchObject({ status: 200, body: { changed: true, version: checked.body["version"] } });
  expect((await ask("upstream/large")).status).toBe(403);
  const { version, document } = applied.body as { version: string; document: string };
  expect((await admin("GET", `/${version}`)).body).toMatchObject({ object: "policy-version", digest: version });
  expect((await admin("GET", `/${document}`)).body).toMatchObject({ object: "policy", digest: document });
  const { body } = await admin("GET", "?limit=1");
  const by = line.adminKey.split("-")[2];
  expect(body["data"]).toMatchObject([{ action: "apply", actor: by, version, document, previous: was.body["digest"] }]);
  expect(body["refusals"]).toMatchObject([{ actor: by }]);
  expect((await run("history", "--limit", "1")).stdout).toContain(by);

  expect(await admin("POST", "/rollback", { to: "sha256:00000000" })).toMatchObject({ status: 404 });
  expect(await admin("POST", "/rollback", {})).toMatchObject({ status: 200, body: { changed: true, version: null } });
  expect((await ask("upstream/large")).status).toBe(200);
});

function told(lines: readonly string[], text: string): Promise<void> {
  return vi.waitFor(() => expect(lines.join("\n")).toContain(text), { timeout: 5_000, interval: 10 });
}

test("a watched folder is in force within a second of a change, and a broken file changes nothing", async () => {
  const folder = mkdtempSync(join(dir, "watched-"));
  writeFileSync(join(folder, "a.yaml"), "planMax: 1");
  const terminal = recordedTerminal();
  const watching = runCli(["policy", "apply", folder, "--watch", "--home", line.home], terminal);
  await told(terminal.stdout, "in force");
  const startedMs = performance.now();
  writeFileSync(join(folder, "b.yaml"), NO_LARGE);
  await vi.waitFor(async () => expect((await ask("upstream/large")).status).toBe(403), {
    timeout: 5_000,
    interval: 10,
  });
  const effectiveMs = performance.now() - startedMs;
  expect(effectiveMs).toBeLessThan(EFFECTIVE_WITHIN_MS);
  writeFileSync(join(folder, "b.yaml"), "rules: {");
  await told(terminal.stderr, "b.yaml:1: this is not YAML");
  expect((await ask("upstream/large")).status).toBe(403);
  terminal.abort();
  expect(await watching).toBe(0);
  expect((await run("history")).stdout).toContain("refused");
  console.log(`a written file is in force after ${Math.round(effectiveMs)} ms`);
});

test("another classifier is tried on what is retained, and the report says of how many requests it is not", async () => {
  await (await ask("auto")).text();
  type Kept = { data: { requestId: string }[] };
  const [kept] = await vi.waitUntil(async () => {
    const { data } = JSON.parse((await runWords("content", "list", "--json")).stdout) as Kept;
    return data.length > 1 ? data : undefined;
  }, PATIENCE);
  expect((await runWords("content", "erase", kept!.requestId)).code).toBe(0);
  const decisions = await (await line.api("/v1/decisions?limit=1")).json();
  const digest = (decisions as Decisions).data[0]!.decision.input.classification.classifier;
  const rules = (await (await line.api(`/v1/documents/${digest}`)).json()) as object;
  // By these every request is a hard one.
  const hard = file("classifier.json", JSON.stringify({ ...rules, tiers: [0, 1] }));
  const diff = await runWords("replay", "--all", "--diff", "--classifier", hard, "--json");
  const job = JSON.parse(diff.stdout) as ReplayJob;
  expect(job).toMatchObject({ state: "completed", order: { classifier: expect.not.stringContaining(digest) } });
  const { made, changed, not, recordedBy } = job.reclassified!;
  expect(recordedBy).toEqual([digest]);
  expect(made).toBeGreaterThan(0);
  expect(changed).toBe(made);
  // What was erased cannot be classified again, and counts as not replayed.
  expect(not).toEqual([{ reason: "not-retained", count: job.failed }]);
  expect(made + job.failed).toBe(job.replayed);
  expect(diff.code).toBe(0);
  const own = await runWords("replay", "--all", "--diff", "--classifier", digest);
  expect(own.stdout).toMatch(new RegExp(`again by the other: ${made} requests, 0 of them otherwise`));
  const unknown = await runWords("replay", "--all", "--diff", "--classifier", `sha256:${"0".repeat(64)}`);
  expect(unknown).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("The register holds no classifier sha256:0"),
  });
});
