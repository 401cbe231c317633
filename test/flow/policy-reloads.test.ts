import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { catalogue, endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { withClient } from "@signalbox/infra/postgres/with-client.ts";
import { decodeAuditMessage } from "@signalbox/kit";
import {
  AdminEvent,
  AUDIT_STREAM,
  eventSubject,
  POLICY_CONTROL_SUBJECT,
  POLICY_NOTICE_SUBJECT,
  PolicyAnswer,
  PolicyNotice,
  type PolicyCommand,
} from "@signalbox/proto";
import { parseEnvelope } from "@signalbox/tlog";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startPolicyRig, type PolicyRig } from "./policy-rig.ts";

const REPLICAS = 3;
const EFFECTIVE_WITHIN_MS = 1_000;
const INBOX = "_INBOX_ingress.policy-test";

const ENDPOINTS = [
  endpoint("a/cheap", { price: priced(1_000, 1_000) }),
  endpoint("b/dear", { price: priced(2_000, 2_000), region: "eu-west" }),
];

let rig: PolicyRig;
/** What was recorded of policies, oldest first. */
const changes: AdminEvent[] = [];
beforeAll(async () => {
  rig = await startPolicyRig(ENDPOINTS);
  rig.operator.subscribe(eventSubject("admin", "*"), {
    callback: (_error, message) => {
      for (const { envelope } of decodeAuditMessage(message.data)) {
        const payload = parseEnvelope(envelope)?.payload ?? Buffer.of();
        changes.push(AdminEvent.parse(JSON.parse(Buffer.from(payload).toString("utf8"))));
      }
    },
  });
  await rig.listenAsDispatcher();
});
afterAll(() => rig[Symbol.asyncDispose]());

let commands = 0;

/** As an operator, whose inbox stands where services may answer. */
async function command(order: PolicyCommand): Promise<PolicyAnswer> {
  const reply = `${INBOX}.${(commands += 1)}`;
  const answer = rig.operator.subscribe(reply, { max: 1 });
  rig.operator.publish(POLICY_CONTROL_SUBJECT, JSON.stringify(order), { reply });
  for await (const message of answer) return PolicyAnswer.parse(message.json());
  throw new Error("no answer");
}

const apply = (text: string): Promise<PolicyAnswer> =>
  command({ kind: "apply", actor: "tester", files: [{ name: "policy.yaml", text }] });

type Sent = { readonly instance: string; readonly policy: string; readonly first: string | undefined };

async function send(): Promise<Sent> {
  const answer = await rig.send();
  const [event] = answer.recorded;
  if (answer.kind !== "order" || event === undefined) throw new Error(`not routed: ${JSON.stringify(answer)}`);
  return {
    instance: event.producer.instance,
    policy: event.input.documents.policy,
    first: answer.order.plan[0]?.endpoint,
  };
}

const EXCLUDE_CHEAP = "rules:\n  - { name: no-cheap, do: { exclude: ['a/*'] } }";

test(`a policy is in force on ${REPLICAS} replicas within a second, and no request is dropped on the way`, async () => {
  await using replicas = new AsyncDisposableStack();
  // The poll alone would be too slow: it is the word of the change that counts.
  for (let at = 0; at < REPLICAS; at += 1) replicas.use(await rig.start({ policyPollMs: 60_000 }));
  const seen: (Sent & { readonly atMs: number })[] = [];
  const stop = new AbortController();
  const traffic = (async () => {
    while (!stop.signal.aborted) {
      const sent = await Promise.all(Array.from({ length: 6 }, send));
      seen.push(...sent.map((each) => ({ ...each, atMs: performance.now() })));
      await sleep(2);
    }
  })();
  await vi.waitFor(() => expect(new Set(seen.map(({ instance }) => instance)).size).toBe(REPLICAS));
  const appliedMs = performance.now();
  const answer = await apply(EXCLUDE_CHEAP);
  if (answer.kind !== "activated") throw new Error(JSON.stringify(answer));
  await sleep(EFFECTIVE_WITHIN_MS);
  stop.abort();
  await traffic;
  const late = seen
    .filter(({ policy, atMs }) => policy !== answer.document && atMs > appliedMs)
    .map(({ atMs }) => atMs);
  const effectiveMs = Math.max(appliedMs, ...late) - appliedMs;
  expect(effectiveMs).toBeLessThan(EFFECTIVE_WITHIN_MS);
  const now = seen.filter(({ policy }) => policy === answer.document);
  expect(new Set(now.map(({ instance }) => instance)).size).toBe(REPLICAS);
  // Each decision did what the policy says that it names.
  expect(new Set(now.map(({ first }) => first))).toEqual(new Set(["b/dear"]));
  expect(new Set(seen.filter((each) => !now.includes(each)).map(({ first }) => first))).toEqual(new Set(["a/cheap"]));
  console.log(`in force on all replicas after ${Math.round(effectiveMs)} ms; ${seen.length} requests, none dropped`);
});

test.each([
  ["is not YAML", "rules: [", "not YAML"],
  [
    "has a condition that cannot be used",
    "rules:\n  - { name: x, when: modl == 'a', do: { deny: no } }",
    "Did you mean 'model'?",
  ],
  [
    "fails its own test",
    `${EXCLUDE_CHEAP}\ntests:\n  - name: cheap is used\n    expect: { endpoint: "a/*" }`,
    "the test 'cheap is used' fails: expected a/* first, but it would route b/dear",
  ],
])("a file that %s changes nothing and is told", async (_what, text, problem) => {
  await using _policy = await rig.start();
  const before = await send();
  const notices = rig.operator.subscribe(POLICY_NOTICE_SUBJECT, { max: 1 });
  const answer = await apply(text);
  expect(answer.kind === "refused" && answer.problems[0]?.text).toContain(problem);
  for await (const message of notices) {
    expect(PolicyNotice.parse(message.json())).toMatchObject({ kind: "refused", refusal: { actor: "tester" } });
  }
  expect((await send()).policy).toBe(before.policy);
  const history = await command({ kind: "history", limit: 1 });
  expect(history.kind === "history" && history.refusals[0]?.problems[0]?.text).toContain(problem);
});

/** A file of fields that no policy has. */
function fields(count: number): string {
  return Array.from({ length: count }, (_, at) => `${"x".repeat(80)}${at}: 1`).join("\n");
}

test("of thousands of problems the first are told, and an answer that fits no message ends no other command", async () => {
  await using _policy = await rig.start();
  const checked = await command({ kind: "check", files: [{ name: "policy.yaml", text: fields(800) }] });
  const problems = checked.kind === "checked" ? checked.problems : [];
  expect(problems).toHaveLength(101);
  expect(problems.at(-1)?.text).toMatch(/and 699 more problems$/);
  for (let refused = 0; refused < 60; refused += 1) await apply(fields(101));
  expect(await command({ kind: "history", limit: 100 })).toMatchObject({ kind: "failed", code: "unprocessable" });
  expect(await command({ kind: "history", limit: 1 })).toMatchObject({ kind: "history" });
});

test("a version is applied once, rolled back, and found again by its digest after a restart", async () => {
  {
    await using _policy = await rig.start();
    const first = await apply("planMax: 1");
    const second = await apply("strategy: quality");
    expect([first, second]).toMatchObject([{ changed: true }, { changed: true }]);
    const [one, two] = changes.slice(-2);
    expect(one).toMatchObject({ by: "tester", change: "activated", id: first.kind === "activated" && first.version });
    // Each says which document and which version it takes the place of.
    expect(two).toMatchObject({ before: one?.after, base: one?.id });
    expect(await apply("strategy: quality")).toMatchObject({ kind: "activated", changed: false });
    const back = await command({ kind: "rollback", to: null, actor: "tester" });
    expect(back).toMatchObject({ version: first.kind === "activated" && first.version });
    const digest = second.kind === "activated" ? (second.version ?? "") : "";
    expect(await command({ kind: "rollback", to: digest.slice(7, 19), actor: "tester" })).toMatchObject({
      version: digest,
    });
    expect((await command({ kind: "rollback", to: "sha256:00000000", actor: "tester" })).kind).toBe("failed");
  }
  await using _policy = await rig.start();
  const { recorded } = await rig.send();
  expect(recorded[0]?.decision.strategy).toBe("quality");
  const history = await command({ kind: "history", limit: 2 });
  expect(history).toMatchObject({ activations: [{ action: "rollback", actor: "tester" }, { action: "rollback" }] });
});

test("a configuration that has changed holds beneath the version, and the history says so", async () => {
  const policyPath = join(await mkdtemp(join(tmpdir(), "signalbox-base-")), "policy.json");
  await writeFile(policyPath, JSON.stringify({ deny: ["a/*"] }));
  {
    await using _policy = await rig.start();
    await apply("planMax: 1");
    expect((await send()).first).toBe("a/cheap");
  }
  await using _policy = await rig.start({ policyPath });
  const { recorded } = await rig.send();
  expect(recorded[0]?.decision.action).toMatchObject({ plan: ["b/dear"] });
  const history = await command({ kind: "history", limit: 1 });
  expect(history).toMatchObject({
    activations: [{ action: "base", actor: "configuration", document: recorded[0]?.input.documents.policy }],
  });
  await vi.waitFor(() => expect(changes.at(-1)?.by).toBe("configuration"));
  const [applied, rebased] = changes.slice(-2);
  expect(rebased).toMatchObject({ id: applied?.id, base: applied?.id, before: applied?.after });
  expect(rebased?.after).toBe(recorded[0]?.input.documents.policy);
  await rm(dirname(policyPath), { recursive: true });
});

test("a caller's words enter the register only where the policy names them", async () => {
  await using _policy = await rig.start();
  const vocabulary = "vocabulary:\n  tags: [beta]\n  signals: { tier: [gold] }\ntimeZone: Asia/Kolkata\n";
  await apply(
    `${vocabulary}rules:\n  - { name: beta, when: '"beta" in tags && signal("tier") == "gold"', do: { pin: b/dear } }`,
  );
  const caller = { tags: ["beta", "my-secret"], signals: { tier: "gold", other: "my-secret" }, team: "red" };
  const { recorded } = await rig.send({ caller });
  expect(recorded[0]?.input.context).toEqual({
    tags: ["beta"],
    signals: { tier: "gold" },
    team: "red",
    utcOffsetMinutes: 330,
  });
  expect(recorded[0]?.decision.policy?.applied).toEqual([{ rule: "beta", effects: ["pin"], overridden: [] }]);
  expect(JSON.stringify(recorded)).not.toContain("my-secret");
});

test("what rules require of places goes with the order, and a conversation that was held to it stays so", async () => {
  await using _policy = await rig.start();
  await apply(
    "rules:\n  - { name: eu, when: 'model == \"auto\"', do: { require: { regions: [eu-*], capabilities: [tools] } } }",
  );
  const residency = [{ regions: ["eu-*"] }];
  expect(await rig.send()).toMatchObject({ order: { plan: [{ endpoint: "b/dear" }], residency } });
  expect(await rig.send({ facts: { model: "a/cheap" } })).not.toHaveProperty("order.residency");
  const held = await rig.send({ facts: { model: "a/cheap" }, residency });
  expect(held).toMatchObject({ kind: "reply", recorded: [{ input: { residency } }] });
  await apply("planMax: 1");
  expect(await rig.send({ residency })).toMatchObject({ order: { plan: [{ endpoint: "b/dear" }], residency } });
});

test("a changed catalogue holds without a restart, and one that cannot be used changes nothing", async () => {
  await using _policy = await rig.start({ policyPollMs: 50 });
  await apply("planMax: 1");
  const catalogueOf = async (): Promise<[string | undefined, string | undefined]> => {
    const answer = await rig.send();
    const digest = answer.recorded[0]?.input.documents.catalogue;
    return [digest, answer.kind === "order" ? answer.order.plan[0]?.endpoint : undefined];
  };
  const [before, first] = await catalogueOf();
  expect(first).toBe("a/cheap");
  const dearer = [{ ...ENDPOINTS[0]!, price: priced(9_000, 9_000) }, ENDPOINTS[1]!, endpoint("c/new", { price: null })];
  await writeFile(join(rig.dir, "catalogue.json"), JSON.stringify(catalogue(dearer)));
  const after = await vi.waitFor(async () => {
    const [digest, taken] = await catalogueOf();
    expect(digest).not.toBe(before);
    expect(taken).toBe("b/dear");
    return digest;
  });
  await writeFile(join(rig.dir, "catalogue.json"), "{");
  await sleep(200);
  expect(await catalogueOf()).toEqual([after, "b/dear"]);
  await writeFile(join(rig.dir, "catalogue.json"), JSON.stringify(catalogue(ENDPOINTS)));
  await vi.waitFor(async () => expect(await catalogueOf()).toEqual([before, "a/cheap"]));
  const change = { change: "changed", by: "configuration", of: null };
  await vi.waitFor(() =>
    expect(changes.filter(({ object }) => object === "catalogue")).toMatchObject([
      { ...change, before, after },
      { ...change, before: after, after: before },
    ]),
  );
});

/** What was recorded of anything but policies. */
const settings = (): AdminEvent[] => changes.filter(({ object }) => object !== "policy");
const mark = (digit: string): object => ({ digest: `sha256:${digit.repeat(64)}`, by: "jo@host" });

test("the register hears what changed of the configuration and of prices, though nothing ran meanwhile", async () => {
  const start = async (configMark: object): Promise<void> => {
    await using _policy = await rig.start({ configMark });
    await sleep(200);
  };
  await start(mark("1"));
  const known = settings().length;
  await start(mark("1"));
  expect(settings()).toHaveLength(known);
  const dearer = [{ ...ENDPOINTS[0]!, price: priced(7_000, 7_000) }, ENDPOINTS[1]!];
  await writeFile(join(rig.dir, "catalogue.json"), JSON.stringify(catalogue(dearer)));
  await start(mark("2"));
  const by = "jo@host";
  await vi.waitFor(() => expect(settings().length).toBeGreaterThanOrEqual(known + 3));
  expect(settings().slice(known)).toMatchObject([
    { object: "config", change: "changed", by, before: `sha256:${"1".repeat(64)}`, after: `sha256:${"2".repeat(64)}` },
    { object: "catalogue", by, before: expect.any(String), after: expect.any(String) },
    { object: "prices", by, before: expect.any(String), after: expect.any(String) },
  ]);
  // What names an endpoint otherwise, and costs the same, is another catalogue with the same prices.
  const moved = [dearer[0]!, { ...ENDPOINTS[1]!, region: "us-east" }];
  await writeFile(join(rig.dir, "catalogue.json"), JSON.stringify(catalogue(moved)));
  await start(mark("2"));
  await vi.waitFor(() => expect(settings().slice(known + 3)).toMatchObject([{ object: "catalogue" }]));
});

test("an activation that the register could not take is recorded once it can, as the same event", async () => {
  await using _policy = await rig.start({ policyPollMs: 50 });
  const manager = await rig.operator.jetstreamManager();
  const { config } = await manager.streams.info(AUDIT_STREAM.name);
  await manager.streams.delete(AUDIT_STREAM.name);
  const answer = await apply("planMax: 3");
  expect(answer).toMatchObject({ kind: "activated", warnings: [expect.stringContaining("yet")] });
  const recorded = (): AdminEvent[] => changes.filter(({ after }) => "document" in answer && after === answer.document);
  const tried = recorded().length;
  await manager.streams.add(config);
  const owner = async (text: string): Promise<number> => {
    return withClient(rig.db.ownerUrl, async (client) => (await client.query(text)).rowCount ?? 0);
  };
  // Nobody waits here for what is late to be so.
  expect(await owner("update admin_outbox set at = at - interval '1 minute'")).toBe(1);
  await vi.waitFor(async () => expect(await owner("select from admin_outbox")).toBe(0), 15_000);
  const [first, ...again] = recorded();
  expect(first).toMatchObject({ object: "policy", change: "activated", by: "tester" });
  expect(again.length).toBeGreaterThanOrEqual(tried);
  for (const event of again) expect(event).toEqual(first);
});
