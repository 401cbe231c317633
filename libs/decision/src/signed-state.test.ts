import type { Endpoint, PolicyDocument, RequestFacts } from "@signalbox/proto";
import { expect, test } from "vitest";
import { decisionInput, documents, endpoint, health, NOW_MS, priced } from "./__fixtures__/documents.ts";
import { decide } from "./decide.ts";

const DEAR = priced(5_000_000, 20_000_000);
const ENDPOINTS = [
  endpoint("anthropic/claude", { dialect: "anthropic-messages", price: DEAR }),
  endpoint("bedrock/anthropic.claude", { dialect: "bedrock-converse", price: DEAR, family: "claude" }),
  endpoint("bedrock/amazon.nova", { dialect: "bedrock-converse" }),
  endpoint("google/gemini", { dialect: "gemini", price: DEAR }),
  endpoint("openai/gpt", { dialect: "openai-responses", price: DEAR }),
  endpoint("openrouter/anthropic/claude", { price: DEAR }),
  endpoint("plain/one"),
];

function ask(
  facts: Partial<RequestFacts>,
  endpoints: readonly Endpoint[] = ENDPOINTS,
  policy: Partial<PolicyDocument> = {},
) {
  const { action, excluded } = decide(
    decisionInput({ facts }),
    documents(endpoints, { policy: { planMax: 8, ...policy } }),
  );
  return {
    plan: action.kind === "route" ? action.plan : [],
    rules: excluded.map(({ rule, count }) => `${rule} ${count}`),
  };
}

const signedBy = (...signedState: NonNullable<RequestFacts["signedState"]>): Partial<RequestFacts> => ({ signedState });

test.each<[string, NonNullable<RequestFacts["signedState"]>, string[]]>([
  [
    "Claude's signatures keep a conversation at the hosts of Claude",
    [{ wire: "anthropic-messages", kinds: ["signature"] }],
    ["anthropic/claude", "bedrock/anthropic.claude", "openrouter/anthropic/claude"],
  ],
  [
    "what Claude redacted keeps it from the one that is not said to read it",
    [{ wire: "anthropic-messages", kinds: ["signature", "redacted"] }],
    ["anthropic/claude", "openrouter/anthropic/claude"],
  ],
  ["Gemini's signatures keep it at Gemini", [{ wire: "gemini", kinds: ["signature"] }], ["google/gemini"]],
  [
    "encrypted reasoning keeps it where it was encrypted",
    [{ wire: "openai-responses", kinds: ["encrypted"] }],
    ["openai/gpt"],
  ],
])("B9 %s", (_, signedState, readers) => {
  const { plan, rules } = ask({ signedState });
  expect(plan.toSorted()).toEqual(readers);
  expect(rules).toEqual([`signed-state ${ENDPOINTS.length - readers.length}`]);
});

const GEMINIS = { wire: "gemini" as const, kinds: ["signature" as const] };
const CLAUDES = { wire: "anthropic-messages" as const, kinds: ["signature" as const] };

test("B9 state that nobody can read rules nobody out, nor does state of several wires that no one endpoint reads", () => {
  expect(ask(signedBy(GEMINIS), [endpoint("plain/one")])).toEqual({ plan: ["plain/one"], rules: [] });
  expect(ask(signedBy(CLAUDES, GEMINIS)).plan).toHaveLength(ENDPOINTS.length);
});

test("B9 a reader whose circuit is open leaves the state behind rather than the request", () => {
  const open = health([{ endpoint: "google/gemini", openUntilMs: NOW_MS + 1 }]);
  const input = decisionInput({ facts: signedBy({ wire: "gemini", kinds: ["signature"] }) });
  const { action } = decide(
    input,
    documents([endpoint("google/gemini", { dialect: "gemini" }), endpoint("plain/one")], { health: open }),
  );
  expect(action).toMatchObject({ plan: ["plain/one"] });
});

test("B9 who names a model is answered by it, whatever it reads", () => {
  expect(ask({ model: "one", ...signedBy({ wire: "gemini", kinds: ["signature"] }) }).plan).toEqual(["plain/one"]);
});

test("B8 a request that only its own dialect can say goes to those who speak it, if there are any", () => {
  const own = { dialect: "openai-responses", ownForm: true } as const;
  expect(ask(own)).toEqual({ plan: ["openai/gpt"], rules: ["own-form 6"] });
  expect(ask(own, [endpoint("plain/one")]).plan).toEqual(["plain/one"]);
});

test("B8 where nothing may be lost a plan holds an endpoint of the request's own form, if there is one", () => {
  const cheap = ["a/1", "b/1", "c/1"].map((id) => endpoint(id, { dialect: "gemini", price: priced(1, 1) }));
  const some = [...cheap, endpoint("z/azure", { dialect: "azure-openai" })];
  const strict = { translation: "enforce", planMax: 2 } as const;
  expect(ask({}, some, strict).plan).toEqual(["a/1", "z/azure"]);
  expect(ask({}, some, { planMax: 2 }).plan).toEqual(["a/1", "b/1"]);
  expect(ask({ dialect: "gemini" }, some, strict).plan).toEqual(["a/1", "b/1"]);
  expect(ask({}, some, { ...strict, planMax: 1 }).plan).toEqual(["a/1"]);
});
