import { tmpdir } from "node:os";
import { decide } from "@signalbox/decision";
import { someDocuments, someInput } from "@signalbox/decision/fixtures/arbitrary";
import { decisionInput, documents, endpoint } from "@signalbox/decision/fixtures/documents";
import { type Engine, loadEngine } from "@signalbox/kit";
import type { DecisionInput } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { bundleEngine } from "./bundle-engine.ts";

const source = bundleEngine();

function runBundled(engine: Engine, input: DecisionInput, docs: Parameters<typeof decide>[1]) {
  const texts = {
    policy: canonicalize(docs.policy),
    catalogue: canonicalize(docs.catalogue),
    health: canonicalize(docs.health),
  };
  const names = {
    engine: sha256Digest(source),
    policy: sha256Digest(texts.policy),
    catalogue: sha256Digest(texts.catalogue),
    health: sha256Digest(texts.health),
  };
  return engine.decide({ ...input, documents: names }, texts);
}

test("the bundle decides as its source does", () => {
  const engine = loadEngine(source);
  fc.assert(
    fc.property(someInput, someDocuments, (input, docs) => {
      expect(runBundled(engine, input, docs)).toEqual(decide(input, docs));
    }),
  );
});

test("the bundle is the same wherever it is made, and names no place", () => {
  const before = process.cwd();
  process.chdir(tmpdir());
  try {
    expect(bundleEngine()).toBe(source);
  } finally {
    process.chdir(before);
  }
  expect(source).not.toContain(before);
  expect(source).not.toContain("node_modules");
  expect(source).not.toMatch(/(?<!")\b(?:import|require)\b\s*[({"]/);
});

test("the bundle reads no clock, no chance and no locale", () => {
  expect(source).not.toMatch(
    /\bDate\b|\bperformance\b|Math\.random|localeCompare|\bIntl\b|process\.|globalThis\.(?!signalbox)/,
  );
});

test("documents that an engine has forgotten are given to it again", () => {
  const engine = loadEngine(source);
  const many = Array.from({ length: 40 }, (_, index) => documents([endpoint(`provider/model-${index}`)]));
  for (const docs of [...many, ...many]) {
    expect(runBundled(engine, decisionInput(), docs).action).toMatchObject({ plan: [docs.catalogue.endpoints[0]?.id] });
  }
});
