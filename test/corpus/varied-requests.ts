import { seededRandom } from "@signalbox/decision/evaluate";
import {
  NO_USAGE,
  plainRequestFacts,
  type Catalogue,
  type Classification,
  type DecisionInput,
  type RequestFacts,
} from "@signalbox/proto";
import { CLASSIFIER_DOCUMENT, classify } from "../../libs/classify/src/index.ts";

const NOW_MS = 1_790_000_000_000;
const DRAWS = 2 ** 32;

const PROMPTS = [
  "Hello!",
  "What is the capital of France?",
  "Write a TypeScript function that merges overlapping intervals, with tests, and prove that it is linear.",
  "Übersetze den folgenden Absatz ins Englische: Die Sonne scheint heute über dem See.",
  "A train leaves at 9:40 and covers 312 km in 2 h 36 min. What is its mean speed? Explain each step.",
  "Summarise the minutes below in five bullet points.",
  "Extract every invoice number and amount from this text as JSON.",
  "Écris un poème de quatre vers sur la mer.",
  "Design a fault-tolerant consensus protocol for a ledger with Byzantine replicas; compare it with HotStuff.",
  "```python\nfor i in range(10): print(i ** 2)\n```\nWhy is the last line 81?",
];

/** Pico-USD: nothing, a quarter of a cent, and more than a request can cost. */
const BUDGETS_LEFT = ["0", "2500000000", "90000000000000", "90000000000000"];

/** Requests that differ in all that a decision reads, drawn by a seed. */
export function variedRequests(
  catalogue: Catalogue,
  { seed, count }: { seed: number; count: number },
): DecisionInput[] {
  const random = seededRandom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const often = (share: number): boolean => random() < share;
  return Array.from({ length: count }, (_, at) => {
    const facts = variedFacts({ catalogue, pick, often, seed, at });
    const endpoint = pick(catalogue.endpoints).id;
    const hit = {
      status: "hit",
      entryId: uuidOf(seed, 9_000 + at),
      endpoint,
      ageSeconds: 12,
      usage: NO_USAGE,
    } as const;
    return {
      schema: "signalbox.decision-input.v1",
      nowMs: NOW_MS + at * 3_600_000,
      draw: Math.floor(random() * DRAWS),
      facts,
      classification: classificationOf(facts, pick(PROMPTS)),
      lookup: often(0.15) ? hit : { status: pick(["miss", "off"] as const) },
      context: {
        utcOffsetMinutes: 60,
        tags: [pick(["eu-data", "nightly"])],
        signals: { tier: pick(["gold", "silver"]) },
      },
      ...(often(0.4) ? { budgets: [budgetOf(pick(BUDGETS_LEFT))] } : {}),
      ...(often(0.1) ? { keyScope: { models: [`${endpoint.split("/")[0] ?? ""}/*`] } } : {}),
      // The digests of the documents take their place when it is decided.
      documents: NAMELESS,
    };
  });
}

const NONE = `sha256:${"0".repeat(64)}`;
const NAMELESS = { engine: NONE, policy: NONE, catalogue: NONE, health: NONE };

function budgetOf(left: string): NonNullable<DecisionInput["budgets"]>[number] {
  return { budget: "team-red", unit: "pico-usd", lease: "lease-1", left };
}

type Draw = {
  readonly catalogue: Catalogue;
  readonly pick: <T>(values: readonly T[]) => T;
  readonly often: (share: number) => boolean;
  readonly seed: number;
  readonly at: number;
};

function variedFacts({ catalogue, pick, often, seed, at }: Draw): RequestFacts {
  const named = pick(catalogue.endpoints);
  const models = ["auto", "auto", "auto:cost", "auto:latency", "auto:quality", named.id, named.family, "no-such-model"];
  return plainRequestFacts({
    requestId: uuidOf(seed, at),
    receivedAtMs: NOW_MS,
    operation: often(0.1) ? pick(["embeddings", "images", "moderations"] as const) : "chat",
    model: pick(models),
    stream: often(0.5),
    maxOutputTokens: pick([null, null, 200, 4_000, 64_000]),
    messages: 1 + Math.floor(at / 10),
    textChars: pick([40, 900, 40_000, 900_000]),
    tools: often(0.2) ? 3 : 0,
    toolChars: 800,
    images: often(0.1) ? 2 : 0,
    responseFormat: pick(["text", "text", "json-object", "json-schema"] as const),
    logprobs: often(0.05),
    seed: often(0.1),
    reasoningEffort: pick([null, null, "low", "high"] as const),
    cache: { mode: "auto", deterministic: often(0.5), key: "0".repeat(64) },
  });
}

function classificationOf(facts: RequestFacts, lastUser: string): Classification {
  return classify({ facts, view: { system: "", conversation: "", lastUser, truncated: false } }, CLASSIFIER_DOCUMENT);
}

/** The request's id is the seed of what policies draw. */
function uuidOf(seed: number, at: number): string {
  return `01990000-${seed.toString(16).padStart(4, "0")}-7000-8000-${at.toString(16).padStart(12, "0")}`;
}
