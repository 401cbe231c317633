import { generateKeyPairSync } from "node:crypto";
import { decisionInput } from "@signalbox/decision/fixtures/documents";
import { PAYLOAD_TYPES, SignalboxError } from "@signalbox/proto";
import { canonicalize, sha256Digest, signEvents } from "@signalbox/tlog";
import { afterAll, expect, test } from "vitest";
import type { Replayed } from "./replay-messages.ts";
import { ReplayThread } from "./replay-thread.ts";

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
function leafOf(engine: string): string {
  const documents = { engine: named(engine), policy: named("{}"), catalogue: named("[]"), health: named("1") };
  const event = { input: decisionInput({ documents }), decision: DECISION };
  const payload = Buffer.from(canonicalize(event));
  const [leaf] = signEvents([{ payload, payloadType: PAYLOAD_TYPES.decision }], { keyId: "k", privateKey });
  return leaf!.toString();
}

/** The thread gives as many results as it has in a moment. */
async function runAll(leaves: readonly string[]): Promise<Replayed[]> {
  const results: Replayed[] = [];
  while (results.length < leaves.length) results.push(...(await thread.run(leaves.slice(results.length), {})));
  return results;
}

test("decisions run in the thread, and what differs comes back with both sides", async () => {
  const other = leafOf(engineOf(`JSON.stringify({ schema: "signalbox.decision.v1", reason: "two" })`));
  const results = await runAll([leafOf(HONEST), other, "nonsense"]);
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

test("an engine that does not end is ended, and the next replay runs in a thread of its own", async () => {
  await using strict = newThread(300);
  await expect(strict.run([leafOf(engineOf("{ for (;;); }"))], {})).rejects.toThrow("An engine ran for too long.");
  expect(await strict.run([leafOf(HONEST)], {})).toMatchObject([{ ok: true, differences: [] }]);
});

test("what waits behind an engine that does not end is replayed all the same", async () => {
  await using strict = newThread(300);
  const ran = await Promise.allSettled([
    strict.run([leafOf(engineOf("{ for (;;); }"))], {}),
    strict.run([leafOf(HONEST)], {}),
  ]);
  expect(ran).toMatchObject([{ status: "rejected" }, { status: "fulfilled", value: [{ ok: true, differences: [] }] }]);
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
