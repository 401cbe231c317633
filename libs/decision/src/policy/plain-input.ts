import type { Classification, DecisionContext, DecisionInput, PolicyTestRequest, RequestFacts } from "@signalbox/proto";
import { utcMs } from "./local-time.ts";

const NO_DIGEST = `sha256:${"0".repeat(64)}`;
const NO_KEYED_DIGEST = `hmac-sha256:${"0".repeat(64)}`;
const SOME_ID = "01990000-0000-7000-8000-000000000001";
/** A Wednesday noon, for cases that name no time. */
const SOME_TIME = "2026-01-07T12:00";
/** A draw that probes no half-open endpoint. */
const PLAIN_DRAW = 0xffff_ffff;

/** The decision input of a short plain chat request, but for what is given. It names no document. */
export function plainInput(given: PolicyTestRequest): DecisionInput {
  const nowMs = utcMs(given.at ?? SOME_TIME);
  return {
    schema: "signalbox.decision-input.v1",
    nowMs,
    draw: PLAIN_DRAW,
    facts: factsOf(given, nowMs),
    classification: classificationOf(given),
    lookup: given.cached === undefined ? { status: "miss" } : { status: "hit", endpoint: given.cached, ...KEPT_ANSWER },
    context: contextOf(given),
    documents: { engine: NO_DIGEST, policy: NO_DIGEST, catalogue: NO_DIGEST, health: NO_DIGEST },
  };
}

const KEPT_ANSWER = {
  entryId: SOME_ID,
  ageSeconds: 60,
  usage: {
    inputTokens: 1,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    source: "reported" as const,
  },
};

function factsOf(given: PolicyTestRequest, nowMs: number): RequestFacts {
  return {
    requestId: given.requestId ?? SOME_ID,
    attempt: 1,
    tenant: given.tenant ?? "default",
    keyId: given.key ?? "test",
    operation: "chat",
    dialect: "openai-chat",
    receivedAtMs: nowMs,
    model: given.model ?? "auto",
    stream: given.stream ?? false,
    choices: given.choices ?? 1,
    maxOutputTokens: given.maxOutputTokens ?? null,
    messages: given.messages ?? 1,
    textChars: 400,
    toolChars: 0,
    images: given.images ?? 0,
    audios: 0,
    files: 0,
    tools: given.tools ?? 0,
    toolTurns: false,
    parallelTools: false,
    responseFormat: "text",
    logprobs: false,
    seed: false,
    reasoningEffort: null,
    temperatureMicro: null,
    bodyBytes: 500,
    bodyDigest: NO_KEYED_DIGEST,
    cache: { mode: "auto", deterministic: false, key: null },
    labels: { user: null, metadata: null, tags: [] },
    audit: "async",
  };
}

function classificationOf(given: PolicyTestRequest): Classification {
  const difficulty = given.difficulty ?? 200_000;
  return {
    task: given.task ?? "chat",
    difficulty,
    tier: difficulty < 333_333 ? "LIGHT" : difficulty < 666_667 ? "STANDARD" : "HEAVY",
    language: given.language ?? "en",
    capabilities: given.capabilities ?? [],
    modalities: given.modalities ?? ["text"],
    inputTokens: given.inputTokens ?? 100,
    signals: [],
    classifier: NO_DIGEST,
  };
}

/** What a case says of its caller, under the names that conditions know it by. */
const CONTEXT_FIELDS = [
  "team",
  "project",
  "user",
  "serviceAccount",
  "roles",
  "region",
  "tags",
  "signals",
  "content",
  "budgetUsed",
] as const satisfies readonly (keyof DecisionContext & keyof PolicyTestRequest)[];

function contextOf(given: PolicyTestRequest): DecisionContext {
  const known = CONTEXT_FIELDS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const]));
  return { utcOffsetMinutes: 0, ...Object.fromEntries(known) };
}
