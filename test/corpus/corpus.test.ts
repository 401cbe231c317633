import { loadEngine } from "@signalbox/kit";
import { DecisionInput } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { expect, test } from "vitest";
import { differences } from "../../services/audit-ledger/src/replays/differences.ts";
import { bundleEngine } from "../../services/policy/src/bundle-engine.ts";
import { type Corpus, readCorpora } from "./corpus-file.ts";

const DECISIONS_MIN = 300;
const corpora = readCorpora();

type Difference = { readonly requestId: string; readonly paths: readonly string[] };

/** Runs every decision of a corpus by an engine: how many come out to the same bytes, and where the others differ. */
function replay({ documents, decisions }: Corpus, source: string): { identical: number; different: Difference[] } {
  const engine = loadEngine(source);
  const textOf = (digest: string): string => documents.get(digest) ?? "";
  const different: Difference[] = [];
  for (const { input, decision } of decisions) {
    const { policy, catalogue, health } = input.documents;
    const replayed = engine.decide(input, {
      policy: textOf(policy),
      catalogue: textOf(catalogue),
      health: textOf(health),
    });
    if (canonicalize(replayed, { numbers: "any" }) === decision) continue;
    const paths = differences(JSON.parse(decision), replayed).map(({ path }) => path);
    different.push({ requestId: input.facts.requestId, paths });
  }
  return { identical: decisions.length - different.length, different };
}

test("there is a corpus, and each is whole: its documents have the digests that its decisions name", () => {
  expect(corpora.length).toBeGreaterThan(0);
  for (const { file, engine, documents, decisions } of corpora) {
    expect(file).toBe(`${engine.slice("sha256:".length, "sha256:".length + 16)}.jsonl.gz`);
    expect(decisions.length).toBeGreaterThan(DECISIONS_MIN);
    for (const [digest, text] of documents) expect(sha256Digest(text)).toBe(digest);
    for (const { input } of decisions) {
      expect(input.documents.engine).toBe(engine);
      for (const digest of Object.values(input.documents)) expect(documents.has(digest)).toBe(true);
    }
  }
});

test("the corpus is varied: every action, reason and strategy, budgets, draws and cached answers", () => {
  const decided = corpora.flatMap(({ decisions }) => decisions.map(({ decision }) => JSON.parse(decision)));
  const seen = (of: (decision: { action: { kind: string; code?: string } }) => string): string[] =>
    [...new Set(decided.map(of))].toSorted();
  expect(seen(({ action }) => action.kind)).toEqual(["refuse", "route", "serve-cached"]);
  expect(seen(({ action }) => action.code ?? "").length).toBeGreaterThan(4);
  expect(decided.filter(({ propensities }) => propensities.length > 1).length).toBeGreaterThan(30);
  expect(decided.filter(({ reserved }) => reserved !== undefined).length).toBeGreaterThan(20);
  expect(new Set(decided.map(({ strategy }) => strategy)).size).toBe(5);
});

test.each(corpora)("each decision of $file comes out of the engine that it names to the same bytes", (corpus) => {
  const { identical, different } = replay(corpus, corpus.documents.get(corpus.engine) ?? "");
  expect(different).toEqual([]);
  expect(identical).toBe(corpus.decisions.length);
});

test.each(corpora)(
  "the present engine reads all that $file holds, and where it decides otherwise is told",
  (corpus) => {
    const { identical, different } = replay(corpus, bundleEngine());
    if (different.length > 0) {
      console.info(
        `${corpus.file}: the present engine decides ${different.length} of ${corpus.decisions.length} otherwise`,
      );
      for (const { requestId, paths } of different.slice(0, 10)) console.info(`  ${requestId}: ${paths.join(", ")}`);
    }
    expect(identical + different.length).toBe(corpus.decisions.length);
    // What was recorded is read under the present contracts too.
    for (const { input } of corpus.decisions) expect(DecisionInput.safeParse(input).success).toBe(true);
  },
);

test("an engine that decides otherwise shows, with the place at which it does", () => {
  const [corpus] = corpora;
  const source = corpus?.documents.get(corpus.engine) ?? "";
  const other = source.replaceAll('"cheapest-good-enough"', '"another-word"');
  expect(other).not.toBe(source);
  const { different } = replay(corpus!, other);
  expect(different.length).toBeGreaterThan(10);
  expect(different.every(({ paths }) => paths.join() === "/reason")).toBe(true);
});
