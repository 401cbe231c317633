import {
  ClassifyItem,
  DecideItem,
  DispatchOrder,
  LedgerEntries,
  PipelineReply,
  plainRequestFacts,
} from "@signalbox/proto";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { variants, WRONG } from "./__fixtures__/variants.ts";
import { compileCheck } from "./compile-check.ts";

const ID = "018f4a3e-7c1a-7b2c-8d3e-0123456789ab";
const route = { replyTo: "_INBOX.ingress.1.reply", deadlineAtMs: 1, traceparent: null, includeUsage: false };
const caller = { team: "blue", roles: ["admin"], tags: ["a"], signals: { tier: "gold" } };
const order = {
  requestId: ID,
  attempt: 1,
  decisionId: ID,
  tenant: "default",
  route,
  dialect: "openai-chat",
  stream: false,
  choices: 1,
  plan: [
    { endpoint: "simulator/small", provider: "simulator", upstreamModel: "small", dialect: "openai-chat", price: null },
  ],
  inputTokens: 7,
  maxOutputTokens: null,
  store: null,
  audit: "async",
  timing: { classifyUs: 1, lookupUs: 1, decideUs: 1, recordUs: 1 },
};
const decide = {
  facts: plainRequestFacts(),
  route: { ...route, caller },
  classification: {
    task: "chat",
    difficulty: 1,
    tier: "LIGHT",
    language: "en",
    capabilities: ["tools"],
    modalities: ["text"],
    inputTokens: 7,
    signals: [{ name: "short", points: -3 }],
    classifier: `sha256:${"0".repeat(64)}`,
  },
  lookup: { status: "miss" },
  cacheAddress: null,
  timing: { classifyUs: 1, lookupUs: 1 },
};
const entry = { index: 1, eventId: ID, type: "outcome", tenant: "default", event: { atMs: 1 } };
const view = { system: "", conversation: "", lastUser: "hello", truncated: false };

describe("a compiled schema takes what the schema takes, and nothing else", () => {
  const cases: readonly [string, z.ZodType, unknown][] = [
    ["request to classify", ClassifyItem, { facts: plainRequestFacts(), route, view }],
    ["request to decide", DecideItem, decide],
    ["order to dispatch", DispatchOrder, order],
    ["entries of the ledger", LedgerEntries, { entries: [entry] }],
    ["reply", PipelineReply, { kind: "failed", requestId: ID, attempt: 1, decisionId: null, error: noStage() }],
  ];
  test.each(cases)("%s", (_name, schema, value) => {
    const check = compileCheck(schema);
    expect(schema.safeParse(value).error).toBeUndefined();
    expect(check(value)).toBe(true);
    const differing = variants(value).filter((variant) => check(variant) !== schema.safeParse(variant).success);
    expect(differing.take(1).toArray()).toEqual([]);
  });

  test("and changes no value that it takes", () => {
    for (const [, schema, value] of cases) expect(schema.parse(value)).toEqual(value);
  });
});

test("what it does not know it asks the schema", () => {
  const schemas = [
    z.string().refine((text) => text !== "x"),
    z.string().regex(/x/g),
    z.number(),
    z.int().gt(0),
    z.email(),
    z.object({}),
    z.record(z.string(), z.int()),
    z.tuple([z.string(), z.int()]),
    z.string().transform(Number),
  ];
  for (const schema of schemas) {
    const check = compileCheck(schema);
    for (const value of [...WRONG, 1, "a@example.com", { x: 1 }, ["x", 1]]) {
      expect(check(value)).toBe(schema.safeParse(value).success);
    }
  }
});

function noStage(): unknown {
  return { code: "stage-unavailable", message: "none", details: { stage: "cache", retryAfterMs: 1_000 } };
}
