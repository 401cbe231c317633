import { decisionInput } from "@signalbox/decision/fixtures/documents";
import type { Decision } from "@signalbox/proto";
import { encodeEntryBundle, sha256Digest, type ReadPath } from "@signalbox/tlog";
import { expect, test } from "vitest";
import {
  DECISION,
  decisionEvent,
  leavesOf,
} from "../../../services/audit-ledger/src/replays/__fixtures__/decision-leaf.ts";
import { documentPath } from "./document-path.ts";
import { replayCopy } from "./replay-copy.ts";

/** An engine that decides what `expression` gives. */
function engineOf(expression: string): string {
  return `globalThis.signalboxEngine = { has: () => false, load() {}, decide: () => ${expression} };`;
}

const HONEST = engineOf(`JSON.stringify(${JSON.stringify(DECISION)})`);
const FAILING = engineOf("{ throw new Error('no'); }");

/** A copy's files: one bundle of decisions, each by its engine, and the documents that they name. */
function copyOf(decisions: readonly { engine: string; decision?: Decision }[]): {
  files: Map<string, Uint8Array>;
  read: ReadPath;
} {
  const files = new Map<string, Uint8Array>();
  const keep = (text: string): string => {
    const digest = sha256Digest(text);
    files.set(documentPath(digest), Buffer.from(text));
    return digest;
  };
  const events = decisions.map(({ engine, decision }) => {
    const documents = { engine: keep(engine), policy: keep("{}"), catalogue: keep("[]"), health: keep("1") };
    return decisionEvent({ input: decisionInput({ documents }), ...(decision === undefined ? {} : { decision }) });
  });
  const entries = leavesOf(events).map((leaf) => Buffer.from(leaf));
  files.set(`tile/entries/000.p/${entries.length}`, encodeEntryBundle(entries));
  return { files, read: async (path) => files.get(path) ?? null };
}

function replay(read: ReadPath, size: number): ReturnType<typeof replayCopy> {
  return replayCopy({ read, size, range: undefined, onProgress: () => {} });
}

test("decisions of a copy come out as they were recorded, or it is told in which fields they do not", async () => {
  const { read } = copyOf([{ engine: HONEST }, { engine: HONEST, decision: { ...DECISION, requiredQuality: 9 } }]);
  const { decisionId } = decisionEvent();
  expect(await replay(read, 2)).toEqual({
    replayed: 2,
    identical: 1,
    different: [{ index: 1, decisionId, reason: "/requiredQuality" }],
    failed: [],
  });
});

test("a document that is missing or another one, and an engine that fails, are told of their decisions alone", async () => {
  const [lost, changed] = [`${HONEST} // lost`, `${HONEST} // changed`];
  const engines = [FAILING, lost, HONEST, changed];
  const { files, read } = copyOf(engines.map((engine) => ({ engine })));
  files.delete(documentPath(sha256Digest(lost)));
  files.set(documentPath(sha256Digest(changed)), Buffer.from(HONEST));
  const { identical, failed } = await replay(read, 4);
  expect(identical).toBe(1);
  expect(failed.map(({ index, reason }) => [index, reason])).toEqual([
    [0, "The decision engine failed."],
    [1, expect.stringContaining("is missing")],
    [3, expect.stringContaining("has not the bytes that its name says")],
  ]);
});
