import type { FindingType, JsonFinding } from "@signalbox/guard";
import { GuardFacts, type GuardDocument } from "@signalbox/proto";
import { expect, test } from "vitest";
import { guardFactsOf } from "./guard-facts.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

function factsOf(
  findings: JsonFinding[],
  { complete = true, ...request }: Partial<GuardDocument["request"]> & { complete?: boolean } = {},
): GuardFacts {
  const document = {
    schema: "signalbox.guard.v1",
    detect: { pii: [], secrets: false, injection: [], lists: [], patterns: [], allow: [] },
    request: { rules: [], textMaxChars: 1_024, beyond: "block", ...request },
    answer: { rules: [] },
  } satisfies GuardDocument;
  return GuardFacts.parse(guardFactsOf({ findings, complete }, { digest: DIGEST, document }));
}

const at = (type: FindingType, start = 0): JsonFinding => ({ type, field: 1, start, end: start + 5 });

test("a request of which nothing is found passes", () => {
  expect(factsOf([])).toEqual({ config: DIGEST, complete: true, action: "pass", found: [] });
});

test("each type has the action of the first rule that matches it, and the strictest is that of the request", () => {
  const rules = [
    { match: "pii.ip", action: "observe" as const },
    { match: "pii.*", action: "redact" as const },
  ];
  expect(factsOf([at("pii.ip"), at("pii.email"), at("pii.email", 9), at("injection.hidden")], { rules })).toEqual({
    config: DIGEST,
    complete: true,
    action: "redact",
    found: [
      {
        type: "pii.email",
        action: "redact",
        count: 2,
        places: [
          [1, 0, 5],
          [1, 9, 14],
        ],
      },
      { type: "injection.hidden", action: "observe", count: 1, places: [[1, 0, 5]] },
      { type: "pii.ip", action: "observe", count: 1, places: [[1, 0, 5]] },
    ],
  });
});

test("however many types are found, those that are blocked are named, and the record stays within its bounds", () => {
  const many = Array.from({ length: 60 }, (_, index) => at(`list.a${index}`));
  const places = Array.from({ length: 100 }, (_, index) => at("secret.z", index));
  const facts = factsOf([...many, ...places], { rules: [{ match: "secret.*", action: "block" }] });
  expect(facts.action).toBe("block");
  expect(facts.found).toHaveLength(32);
  expect(facts.found[0]).toMatchObject({ type: "secret.z", count: 100 });
  expect(facts.found[0]!.places).toHaveLength(8);
});

test("a request that was not looked through to its end is blocked or observed, as the document says", () => {
  expect(factsOf([], { complete: false })).toMatchObject({ complete: false, action: "block" });
  expect(factsOf([], { complete: false, beyond: "observe" })).toMatchObject({ complete: false, action: "observe" });
  const rules = [{ match: "secret.*", action: "block" as const }];
  expect(factsOf([at("secret.z")], { complete: false, beyond: "observe", rules }).action).toBe("block");
  const redact = [{ match: "pii.*", action: "redact" as const }];
  expect(factsOf([at("pii.ip")], { complete: false, beyond: "observe", rules: redact }).action).toBe("redact");
});
