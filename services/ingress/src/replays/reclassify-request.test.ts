import { CLASSIFIER_DOCUMENT, classify } from "@signalbox/classify";
import { factsOf, ingressOf, textViewOf } from "@signalbox/dialects";
import { plainRequestFacts, VIEW_MAX_BYTES, type ReclassifyOrder } from "@signalbox/proto";
import { expect, test } from "vitest";
import { reclassifyRequest, type ReclassifyInput } from "./reclassify-request.ts";

const HARD = { ...CLASSIFIER_DOCUMENT, tiers: [0, 1] as const };
const BODY = { model: "auto", messages: [{ role: "user", content: "Write a quicksort in Rust and prove it." }] };

function recorded(body: object): ReclassifyOrder["requests"][number] {
  const request = ingressOf("openai-chat").parseRequest(body);
  const facts = plainRequestFacts(factsOf(request));
  const view = textViewOf(request, VIEW_MAX_BYTES);
  return { facts, recorded: classify({ facts, view }, CLASSIFIER_DOCUMENT) };
}

function input(request: string): ReclassifyInput {
  return {
    request: recorded(BODY),
    content: { dialect: "openai-chat", request, answer: "", isWhole: true },
    classifier: HARD as unknown as ReclassifyInput["classifier"],
    recordedBy: CLASSIFIER_DOCUMENT as unknown as ReclassifyInput["classifier"],
  };
}

test("what is retained is classified by other rules, and all else is found as it was", async () => {
  const asked = input(JSON.stringify(BODY));
  const { recorded: before } = asked.request;
  expect(before.tier).not.toBe("HEAVY");
  expect(await reclassifyRequest(asked)).toEqual({
    classification: { ...before, tier: "HEAVY", classifier: expect.not.stringContaining(before.classifier) },
  });
});

test("what is not what was classified then is not classified now, where the rules of then can say so", async () => {
  const other = { ...BODY, messages: [{ role: "user", content: "Hello!" }] };
  const asked = input(JSON.stringify(other));
  expect(await reclassifyRequest(asked)).toEqual({ reason: "not-reproduced" });
  expect(await reclassifyRequest({ ...asked, recordedBy: null })).toMatchObject({ classification: { task: "chat" } });
});

test("what is no request is told as such, without a word of it", async () => {
  for (const text of ["", "{", "[]", '{"model":"auto","messages":"secret"}']) {
    expect(await reclassifyRequest(input(text))).toEqual({ reason: "unreadable" });
  }
});
