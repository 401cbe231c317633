import { decisionInput } from "@signalbox/decision/fixtures/documents";
import type { Decision } from "@signalbox/proto";
import { sha256Digest } from "@signalbox/tlog";
import { expect, test } from "vitest";
import { DECISION, decisionEvent, leafOf } from "./__fixtures__/decision-leaf.ts";
import type { FoundDocument } from "./replay-messages.ts";
import { ReplayRunner } from "./replay-runner.ts";

const texts = new Map<string, string>();

function named(text: string): string {
  const digest = sha256Digest(text);
  texts.set(digest, text);
  return digest;
}

async function read(digests: readonly string[]): Promise<FoundDocument[]> {
  return digests.map((digest) => ({ digest, text: texts.get(digest) ?? "" }));
}

/** An engine that decides on what the policy says the required quality is, and writes it as `write` does. */
function engineOf(write: string): string {
  return `
    const held = new Map();
    globalThis.signalboxEngine = {
      has: (digest) => held.has(digest),
      load: (digest, json) => held.set(digest, JSON.parse(json)),
      decide: (inputJson) => {
        const { documents } = JSON.parse(inputJson);
        const decision = { ...${JSON.stringify(DECISION)}, requiredQuality: held.get(documents.policy).quality };
        return ${write};
      },
    };`;
}

const PLAIN = engineOf("JSON.stringify(decision)");
const REVERSED = engineOf("JSON.stringify(Object.fromEntries(Object.entries(decision).reverse()))");
const DOCUMENTS = { policy: named('{"quality":5}'), catalogue: named("{}"), health: named("[]") };

function leafBy(engine: string, decision: Decision = DECISION): string {
  const documents = { engine: named(engine), ...DOCUMENTS };
  return leafOf(decisionEvent({ input: decisionInput({ documents, facts: { model: "auto" } }), decision }));
}

const ABOUT = { task: "code", model: "auto" };
const BY_PLAIN = { engine: named(PLAIN), ...DOCUMENTS };

test("a decision is the same whichever order its engine writes the members in", async () => {
  const results = await new ReplayRunner().run([leafBy(PLAIN), leafBy(REVERSED)], {}, read);
  const identical = { ok: true, about: null, differences: [], decisions: null };
  expect(results).toEqual([
    { ...identical, documents: BY_PLAIN },
    { ...identical, documents: { ...BY_PLAIN, engine: named(REVERSED) } },
  ]);
});

test("one that differs is told with both sides, beside others that do not", async () => {
  const recorded = { ...DECISION, requiredQuality: 4 };
  const [same, other] = await new ReplayRunner().run([leafBy(PLAIN), leafBy(PLAIN, recorded)], {}, read);
  expect(same).toMatchObject({ ok: true, differences: [] });
  expect(other).toEqual({
    ok: true,
    documents: BY_PLAIN,
    about: ABOUT,
    differences: [{ path: "/requiredQuality", recordedJson: "4", replayedJson: "5" }],
    decisions: { recorded, replayed: DECISION },
  });
});

test("by other documents it is another decision, or the same, and what it is about is as it was recorded", async () => {
  const runner = new ReplayRunner();
  const [alike, different] = [named('{"quality":5,"more":1}'), named('{"quality":6}')];
  const [same] = await runner.run([leafBy(PLAIN)], { others: { policy: alike }, describes: true }, read);
  const [other] = await runner.run([leafBy(PLAIN)], { others: { policy: different }, describes: true }, read);
  expect(same).toEqual({ ok: true, documents: BY_PLAIN, about: ABOUT, differences: [], decisions: null });
  expect(other).toMatchObject({ documents: BY_PLAIN, about: ABOUT, decisions: { replayed: { requiredQuality: 6 } } });
});

test("an event with a member that nobody knows is replayed like any other", async () => {
  const documents = { engine: named(PLAIN), ...DOCUMENTS };
  const event = decisionEvent({ input: decisionInput({ documents }) });
  const leaves = [leafOf({ ...event, more: 1 } as typeof event), leafOf({ ...event, about: {} } as typeof event)];
  expect(await new ReplayRunner().run(leaves, {}, read)).toMatchObject([
    { ok: true, differences: [] },
    { ok: true, differences: [] },
  ]);
});
