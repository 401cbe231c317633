import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordedTerminal } from "@signalbox/infra/cli/recorded-terminal.ts";
import { runCli } from "@signalbox/infra/cli/run-cli.ts";
import OpenAI, { BadRequestError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, type Upstream, whole } from "../kit/upstream.ts";

const KEY = `ghp_${randomBytes(18).toString("hex")}`;
const ADDRESS = "jane.doe@mail.example.org";

const GUARDRAILS = {
  enabled: true,
  detect: { lists: [{ name: "codenames", words: ["Blue Titan"] }] },
  request: {
    rules: [
      { match: "secret.*", action: "block" },
      { match: "pii.email", action: "redact" },
    ],
    textMaxChars: 20_000,
  },
};

let stack: AsyncDisposableStack;
let upstream: Upstream;
let line: TestLine;
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  upstream = stack.use(await startUpstream());
  line = stack.use(await startLine({ upstream, config: { guardrails: GUARDRAILS } }));
});
afterAll(() => stack.disposeAsync());

type Recorded = {
  decision: { input: { facts: { guard: unknown } }; decision: { action: { kind: string; message?: string } } };
  outcome: Record<string, unknown> | null;
};

async function recordOf(id: string): Promise<Recorded> {
  for (let tries = 0; ; tries += 1) {
    const answer = await line.api(`/v1/decisions/${id}`);
    const record = (await answer.json()) as Recorded;
    if (record.outcome != null || tries > 100) return record;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask(content: string, more: object = {}): Promise<Response> {
  return line.api("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content }], ...more }),
  });
}

test("B15 a key in a prompt is refused with a typed error, and the register tells where it stood and not what it was", async () => {
  const before = upstream.received.length;
  const client = new OpenAI({ baseURL: `${line.baseUrl}/v1`, apiKey: line.adminKey, maxRetries: 0 });
  const messages = [{ role: "user" as const, content: `Why is ${KEY} refused?` }];
  const error: unknown = await client.chat.completions
    .create({ model: "auto", messages })
    .catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(BadRequestError);
  const { code, message, headers } = error as BadRequestError;
  expect({ code, message }).toMatchObject({
    code: "content_blocked",
    message: expect.stringContaining("secret.github"),
  });
  expect(upstream.received).toHaveLength(before);
  const record = await recordOf(headers.get("x-signalbox-decision-id")!);
  expect(record.decision.input.facts.guard).toMatchObject({
    config: expect.stringMatching(/^sha256:/),
    complete: true,
    action: "block",
    found: [
      { type: expect.stringMatching(/^secret\.github/), action: "block", count: 1, places: [[6, 7, 7 + KEY.length]] },
    ],
  });
  expect(record.decision.decision.action).toMatchObject({ kind: "refuse", code: "content-blocked" });
  expect(record.outcome).toMatchObject({ result: "refused", error: "content-blocked" });
  expect(JSON.stringify(record)).not.toContain(KEY);
});

test("an address is taken out before the upstream sees the prompt, and stands in the answer again", async () => {
  upstream.next(whole("I have written to [EMAIL_1], not to [EMAIL_2]."));
  const answer = await ask(`Write to ${ADDRESS}, I mean ${ADDRESS}.`);
  expect(upstream.received.at(-1)!.text).not.toContain(ADDRESS);
  expect(upstream.received.at(-1)!.body).toMatchObject({
    messages: [{ role: "user", content: "Write to [EMAIL_1], I mean [EMAIL_1]." }],
  });
  expect(await answer.json()).toMatchObject({
    choices: [{ message: { content: `I have written to ${ADDRESS}, not to [EMAIL_2].` } }],
  });
  const { outcome } = await recordOf(answer.headers.get("x-signalbox-decision-id")!);
  expect(outcome).toMatchObject({
    result: "completed",
    guard: { redacted: [{ type: "pii.email", count: 2 }], found: [] },
  });
});

test("what no rule names is let through as it stands, and recorded", async () => {
  const answer = await ask("What is Blue Titan?");
  expect(answer.status).toBe(200);
  expect(upstream.received.at(-1)!.text).toContain("Blue Titan");
  const { decision } = await recordOf(answer.headers.get("x-signalbox-decision-id")!);
  expect(decision.input.facts.guard).toMatchObject({
    action: "observe",
    found: [{ type: "list.codenames", action: "observe", count: 1 }],
  });
});

test("a request with more text than may be looked through is refused", async () => {
  const answer = await ask("word ".repeat(6_000));
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: "content_blocked" } });
  const { decision } = await recordOf(answer.headers.get("x-signalbox-decision-id")!);
  expect(decision.input.facts.guard).toMatchObject({ complete: false, action: "block", found: [] });
});

const POLICY = `
rules:
  - name: no-codenames
    when: '"list.codenames" in contentSignals'
    do: { deny: Codenames stay in the house. }
  - name: no-machines
    do: { redact: [ip] }
tests:
  - name: codenames are refused
    given: { content: [list.codenames] }
    expect: { action: refuse, applied: [no-codenames] }
`;

test("the rules of a policy read what was found, and have it refused or taken out", async () => {
  const file = join(line.home, "content.policy.yaml");
  writeFileSync(file, POLICY);
  const terminal = recordedTerminal();
  const code = await runCli(["policy", "apply", file, "--home", line.home], terminal);
  expect({ code, stderr: terminal.stderr }).toEqual({ code: 0, stderr: [] });
  const refused = await ask("What is Blue Titan?");
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: { message: "Codenames stay in the house." } });
  upstream.next(whole("[IP_1] is yours, [EMAIL_1]."));
  const answer = await ask(`Whose is 203.0.113.9, asks ${ADDRESS}`);
  expect(upstream.received.at(-1)!.body).toMatchObject({ messages: [{ content: "Whose is [IP_1], asks [EMAIL_1]" }] });
  expect(await answer.json()).toMatchObject({
    choices: [{ message: { content: `203.0.113.9 is yours, ${ADDRESS}.` } }],
  });
});

test("every decision about content replays to what it was", async () => {
  const replayed = await line.replayAll();
  expect(replayed.length).toBeGreaterThanOrEqual(4);
  expect(replayed.filter(({ identical }) => !identical)).toEqual([]);
});
