import type { GuardFacts } from "@signalbox/proto";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const GUARD: GuardFacts = {
  config: `sha256:${"0".repeat(64)}`,
  complete: true,
  action: "block",
  found: [
    { type: "secret.github", action: "block", count: 2, places: [[3, 0, 40]] },
    { type: "pii.email", action: "redact", count: 1, places: [[3, 50, 60]] },
  ],
};
const DOCUMENTS = documents([endpoint("a/m1")]);

const decided = (guard: GuardFacts) => decide(decisionInput({ facts: { guard } }), DOCUMENTS);

test("a request that the guardrails block is refused with the types that do, before any endpoint is looked at", () => {
  expect(decided(GUARD)).toMatchObject({
    action: {
      kind: "refuse",
      code: "content-blocked",
      message: "The request holds what may not be sent on: secret.github (2).",
    },
    reason: "content-blocked",
    eligible: 0,
  });
});

test("a request with more text than is looked through is told so", () => {
  expect(decided({ ...GUARD, complete: false, found: [] }).action).toMatchObject({
    code: "content-blocked",
    message: "The request holds more text than is looked through.",
  });
});

test("what is only observed or redacted changes no decision", () => {
  const plain = decide(decisionInput({}), DOCUMENTS);
  expect(decided({ ...GUARD, action: "redact", found: GUARD.found.slice(1) })).toEqual(plain);
});
