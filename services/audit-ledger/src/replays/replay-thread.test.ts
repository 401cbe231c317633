import { generateKeyPairSync } from "node:crypto";
import { decisionInput } from "@signalbox/decision/fixtures/documents";
import { PAYLOAD_TYPES, SignalboxError } from "@signalbox/proto";
import { canonicalize, sha256Digest, signEvents } from "@signalbox/tlog";
import { afterAll, expect, test } from "vitest";
import type { Replayed } from "./replay-messages.ts";
import { ReplayThread } from "./replay-thread.ts";
import { StalledEngines } from "./stalled-engines.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const DECISION = { schema: "signalbox.decision.v1", reason: "one" };
const HONEST = engineOf(`JSON.stringify(${JSON.stringify(DECISION)})`);

/** An engine that decides what `expression` gives. */
function engineOf(expression: string): string {
  return `globalThis.signalboxEngine = { has: () => false, load() {}, decide: () => ${expression} };`;
}

const texts = new Map<string, string>();
const thread = newThread();
afterAll(() => thread[Symbol.asyncDispose]());

async function read(digest: string): Promise<string> {
  const text = texts.get(digest);
  if (text === undefined) throw new SignalboxError("not-found", `The document ${digest} is missing.`);
  return text;
}

function newThread(timeoutMs?: number): ReplayThread {
  return new ReplayThread({ read }, timeoutMs);
}

function named(text: string): string {
  const digest = sha256Digest(text);
  texts.set(digest, text);
  return digest;
}

/** A leaf whose decision names this engine. */
function leafOf(engine: string): Buffer {
  const documents = { engine: named(engine), policy: named("{}"), catalogue: named("[]"), health: named("1") };
  const event = { input: decisionInput({ documents }), decision: DECISION };
  const payload = Buffer.from(canonicalize(event));
  const [leaf] = signEvents([{ payload, payloadType: PAYLOAD_TYPES.decision }], { keyId: "k", privateKey });
  return leaf!;
}

/** The thread gives as many results as it has in a moment. */
async function runAll(
  leaves: readonly Uint8Array[],
  over: ReplayThread = thread,
  stalled: StalledEngines = new StalledEngines(),
): Promise<Replayed[]> {
  const results: Replayed[] = [];
  while (results.length < leaves.length) results.push(...(await over.run(leaves.slice(results.length), {}, stalled)));
  return results;
}

test("decisions run in the thread, and what differs comes back with both sides", async () => {
  const other = leafOf(engineOf(`JSON.stringify({ schema: "signalbox.decision.v1", reason: "two" })`));
  const results = await runAll([leafOf(HONEST), other, Buffer.from("nonsense")]);
  expect(results).toMatchObject([
    { ok: true, differences: [], decisions: null },
    {
      ok: true,
      differences: [{ path: "/reason", recordedJson: '"one"', replayedJson: '"two"' }],
      decisions: { recorded: DECISION, replayed: { reason: "two" } },
    },
    { ok: false, error: "The leaf is not an envelope." },
  ]);
});

test("an engine finds neither the process, nor a module, nor the network, nor a clock", async () => {
  const asked = ["process", "require", "fetch", "Date", "performance", "setTimeout", "Worker", "postMessage"];
  const probe = engineOf(`JSON.stringify({ found: ${JSON.stringify(asked)}.filter((name) => name in globalThis) })`);
  const [result] = await thread.run([leafOf(probe)], {});
  expect(result).toMatchObject({ ok: true, decisions: { replayed: { found: [] } } });
});

const ENDLESS = engineOf("{ for (;;); }");
const TOO_LONG = { ok: false, error: "The engine ran for more than 0.3 s and was not run again." };

test("an engine that does not end is run once, and what stands beside its decisions is replayed", async () => {
  await using strict = newThread(300);
  const [endless, honest] = [leafOf(ENDLESS), leafOf(HONEST)];
  const stalled = new StalledEngines();
  const startedAtMs = performance.now();
  const results = await runAll([honest, endless, honest, endless, endless], strict, stalled);
  expect(results).toMatchObject([{ ok: true }, TOO_LONG, { ok: true }, TOO_LONG, TOO_LONG]);
  expect(await runAll([endless, honest], strict, stalled)).toMatchObject([TOO_LONG, { ok: true }]);
  expect(stalled.list).toEqual([[sha256Digest(ENDLESS), TOO_LONG.error]]);
  // Once its time, and two threads that are started; each time would be five times as much.
  expect(performance.now() - startedAtMs).toBeLessThan(5 * 300 + 2_000);
});

test("an engine that ends its thread is not run again either", async () => {
  const greedy = leafOf(engineOf("{ const all = []; for (;;) all.push(new Array(1e6).fill(all.length)); }"));
  const results = await runAll([leafOf(HONEST), greedy, greedy, leafOf(HONEST)]);
  const failed = { ok: false, error: "The replaying thread failed." };
  expect(results).toMatchObject([{ ok: true }, failed, failed, { ok: true }]);
});

test("what waits behind an engine that does not end is replayed all the same", async () => {
  await using strict = newThread(300);
  const ran = await Promise.all([strict.run([leafOf(ENDLESS)], {}), strict.run([leafOf(HONEST)], {})]);
  expect(ran).toMatchObject([[TOO_LONG], [{ ok: true, differences: [] }]]);
});

test("a sample does not go on without what its thread had of it", async () => {
  await using strict = newThread(300);
  const sample = { name: "a", rewards: [1] };
  await expect(strict.run([leafOf(ENDLESS)], { sample })).rejects.toThrow("ran for more than");
});

test("a sample is not gone on with in another thread, whoever's engine ended the one that it was in", async () => {
  await using strict = newThread(300);
  const order = { reward: "success", seed: 1, resamples: 100, minEffectiveSize: 10 } as const;
  const [a, b] = ["a", "b"].map((name) => ({ sample: { name, rewards: [1] } })) as [object, object];
  // What is not replayed is counted in the sample all the same.
  const leaf = leafOf(engineOf("{ throw new Error('no'); }"));
  await strict.run([leaf], a);
  const [other, behind] = await Promise.allSettled([strict.run([leafOf(ENDLESS)], {}), strict.run([leaf], a)]);
  expect(other).toMatchObject({ status: "fulfilled", value: [TOO_LONG] });
  expect(behind).toMatchObject({ status: "rejected", reason: { message: expect.stringContaining("gathered") } });
  await expect(strict.run([leaf], a)).rejects.toThrow("gathered");
  expect(await strict.report("a", null)).toBeNull();
  await strict.run([leaf], b);
  expect(await strict.report("b", order)).toMatchObject({ outcome: { kind: "refused" } });
});

test("an engine that cannot be loaded in time is not loaded for each of its decisions", async () => {
  const stuck = leafOf("for (;;);");
  const startedAtMs = performance.now();
  const results = await runAll([stuck, stuck, stuck, stuck]);
  expect(results.map(({ ok }) => ok)).toEqual([false, false, false, false]);
  expect(performance.now() - startedAtMs).toBeLessThan(6_000);
});

test("a document that is missing, or an engine that fails, is told of its decision alone", async () => {
  const missing = leafOf(HONEST.replace("one", "two"));
  texts.delete(sha256Digest(HONEST.replace("one", "two")));
  const failing = leafOf(engineOf("{ throw new Error('no'); }"));
  const results = await runAll([missing, failing, leafOf(HONEST)]);
  expect(results.map((result) => (result.ok ? "fine" : result.error))).toEqual([
    expect.stringContaining("is missing"),
    "The decision engine failed.",
    "fine",
  ]);
});
