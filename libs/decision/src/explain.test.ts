import type { DecisionEvent } from "@signalbox/proto";
import { expect, test } from "vitest";
import {
  decisionInput,
  documents,
  endpoint,
  type InputFields,
  NOW_MS,
  priced,
  quality,
} from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";
import { explain } from "./explain.ts";

const DOCUMENTS = documents([
  endpoint("a/dear", { price: priced(5_000_000, 20_000_000) }),
  endpoint("b/good", { price: priced(1_000_000, 4_000_000), quality: quality(620_000) }),
  endpoint("c/blind", { capabilities: [] }),
]);

function eventFor(fields: InputFields): DecisionEvent {
  const input = decisionInput(fields);
  return {
    schema: "signalbox.event.decision.v1",
    eventId: input.facts.requestId,
    producer: { service: "policy", instance: "one", seq: 1 },
    atMs: NOW_MS,
    tenant: "default",
    requestId: input.facts.requestId,
    decisionId: input.facts.requestId,
    input,
    decision: decide(input, DOCUMENTS),
    decisionDigest: input.documents.policy,
    timing: { classifyUs: 213, lookupUs: 48, decideUs: 91 },
  };
}

test("a route is told in six lines", () => {
  const event = eventFor({ classification: { capabilities: ["tools"] } });
  expect(explain(event, DOCUMENTS.catalogue)).toEqual([
    "Asked: auto for code, difficulty 0.50 (STANDARD), about 1,000 prompt tokens, needs tools.",
    "Chosen: b/good, falling back to a/dear, at most 1,000 output tokens (request).",
    "Why: the cheapest whose quality 0.62 (measured) is good enough for 0.50; 2 eligible of 3 endpoints.",
    "Ruled out: 1 by capability:tools (c/blind).",
    "Cost: at most $0.005.",
    "Time: classify 0.21 ms, cache lookup 0.05 ms, decide 0.09 ms.",
  ]);
});

test("each rule that applied is told, with what it ordered", () => {
  const event = eventFor({});
  const policy = {
    applied: [
      { rule: "eu-only", effects: ["require"], overridden: [] },
      { rule: "late", effects: [], overridden: ["strategy"] },
    ],
    failed: ["late"],
    tags: ["eu"],
    obligations: [{ rule: "eu-only", kind: "redact" as const, types: ["email"] }],
    arm: { rule: "try", arm: "canary", share: 50_000 },
  };
  expect(explain({ ...event, decision: { ...event.decision, policy } })[3]).toBe(
    "Policy: eu-only (require), then late (nothing, too late for strategy); drew canary of try, which 0.05 of requests " +
      "draw; the condition of late could not be computed; tagged eu; orders to redact email.",
  );
});

test("a refusal says what stood in the way", () => {
  expect(explain(eventFor({ facts: { model: "c/blind" }, classification: { capabilities: ["tools"] } }))).toMatchObject(
    {
      1: "Chosen: none (no-candidate).",
      2: "Why: No endpoint for 'c/blind' can serve this request. Ruled out by: capability:tools (1).",
      3: "Ruled out: 1 by capability:tools; 2 by pinned:other-model.",
      4: "Cost: nothing, no endpoint was called.",
    },
  );
});

test("a model name that would steer the terminal does not", () => {
  const lines = explain(eventFor({ facts: { model: "\u001b[2Jgpt" } }));
  expect(lines[0]).toContain("Asked: \ufffd[2Jgpt for code");
  expect(lines.join("")).not.toContain("\u001b");
});

test("signed state that a conversation carries is told, and a bound that is the model's own makes the cost a guess", () => {
  const signedState = [{ wire: "gemini" as const, kinds: ["signature" as const] }];
  const lines = explain(eventFor({ facts: { signedState } }));
  expect(lines[0]).toContain("about 1,000 prompt tokens, carries state of gemini (signature)");
  const long = endpoint("b/long", { maxOutputTokens: 64_000 });
  const input = { facts: { maxOutputTokens: null } };
  const event = { ...eventFor(input), decision: decide(decisionInput(input), documents([long])) };
  expect(explain(event).find((line) => line.startsWith("Cost"))).toMatch(/^Cost: about /);
});
