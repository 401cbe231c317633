import { decisionInput } from "@signalbox/decision/fixtures/documents";
import { canonicalize, parseEnvelope, sha256Digest } from "@signalbox/tlog";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DECISION, decisionEvent, leafOf, leavesOf } from "./__fixtures__/decision-leaf.ts";
import { readSignedDecision, renameDocuments, type SignedDecision } from "./signed-decision.ts";

const NAMES = {
  engine: sha256Digest("engine"),
  policy: sha256Digest("policy"),
  catalogue: sha256Digest("catalogue"),
  health: sha256Digest("health"),
};
const INPUT = { ...decisionInput({ documents: NAMES, facts: { model: "naïve “auto”" } }), throttled: ["rule-1"] };
const EVENT = decisionEvent({ input: INPUT });
const LEAF = leafOf(EVENT);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What base64, JSON and their neighbours are made of. */
const ODD = ["A", "Q", "g", "w", "+", "/", "=", "_", "-", '"', "\\", "{", "}", "[", "]", ":", ",", "0", "9", " ", "é"];

function read(leaf: string): SignedDecision {
  const signed = readSignedDecision(leaf);
  if (signed === null) throw new Error("the leaf is not read");
  return signed;
}

function withPayload(payload: string): string {
  return LEAF.replace(/^\{"payload":"[^"]*"/, `{"payload":"${Buffer.from(payload).toString("base64")}"`);
}

test("what was decided on and what was decided is cut from a leaf as it was signed, alone or in a batch", () => {
  for (const leaf of [LEAF, ...leavesOf([EVENT, EVENT]), ...leavesOf(Array.from({ length: 300 }, () => EVENT))]) {
    const signed = read(leaf);
    expect(signed.inputJson).toBe(canonicalize(INPUT));
    expect(signed.documents).toEqual(NAMES);
    expect(signed.is(canonicalize(DECISION))).toBe(true);
  }
});

test("a text that is not the whole decision, or in another order, is not the one that was signed", () => {
  const text = canonicalize(DECISION);
  const { schema, ...rest } = DECISION;
  const others = [
    canonicalize({ ...DECISION, requiredQuality: 6 }),
    JSON.stringify({ schema, ...rest }),
    text.slice(0, -1),
    `${text},"decisionDigest":"${sha256Digest(text)}"`,
    "",
    "{",
  ];
  for (const other of others) expect(read(LEAF).is(other)).toBe(false);
});

test("other documents take the place of those that are named", () => {
  const names = { ...NAMES, policy: sha256Digest("another") };
  expect(renameDocuments(read(LEAF), names)).toBe(canonicalize({ ...INPUT, documents: names }));
});

test.each([
  ["is no JSON", "nonsense"],
  ["goes on after its end", `${LEAF} `],
  ["is of another type", LEAF.replace("decision.v1+json", "outcome.v1+json")],
  ["has a second signature", LEAF.replace(/(\{"keyid".*\})\]\}$/, "$1,$1]}")],
  ["has a blank in its base64", LEAF.replace('{"payload":"', '{"payload":" ')],
  ["has one member twice", withPayload(canonicalize(EVENT).replace(/\}$/, ',"decision":null}'))],
  ["has its members in another order", withPayload(JSON.stringify(EVENT))],
  ["names no documents", withPayload(canonicalize({ ...EVENT, input: { ...INPUT, documents: {} } }))],
])("a leaf that %s is left to be parsed", (_, leaf) => {
  expect(leaf).not.toBe(LEAF);
  expect(readSignedDecision(leaf)).toBeNull();
});

test("a leaf in which one character is another is read as a parser reads it, or not at all", () => {
  const change = fc.record({ at: fc.nat(LEAF.length - 1), by: fc.constantFrom(...ODD) });
  fc.assert(
    fc.property(change, ({ at, by }) => {
      const leaf = LEAF.slice(0, at) + by + LEAF.slice(at + 1);
      const signed = readSignedDecision(leaf);
      if (signed === null) return;
      const payload = parseEnvelope(Buffer.from(leaf))?.payload;
      const text = Buffer.from(payload ?? []).toString("utf8");
      expect(text).toContain(`,"input":${signed.inputJson},"producer":`);
      // An engine parses the input: one that is no JSON goes no further.
      if (!signed.is(canonicalize(DECISION)) || !isJson(signed.inputJson)) return;
      const { input, decision } = JSON.parse(text) as typeof EVENT;
      expect({ input, decision }).toEqual({ input: JSON.parse(signed.inputJson), decision: DECISION });
    }),
    { numRuns: 2_000 },
  );
});
