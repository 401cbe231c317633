import {
  type Catalogue,
  type Classification,
  DEFAULT_POLICY,
  type DecisionInput,
  type Endpoint,
  type EndpointHealth,
  type HealthSnapshot,
  type PolicyDocument,
  type RequestFacts,
  plainRequestFacts,
} from "@signalbox/proto";
import type { DecisionDocuments } from "../prepare-documents.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;
const KEYED_DIGEST = `hmac-sha256:${"0".repeat(64)}`;
export const NOW_MS = 1_790_000_000_000;

/** A draw that probes no half-open endpoint, and one that does. */
const PLAIN_DRAW = 0xffff_ffff;
export const PROBING_DRAW = 0;

export function endpoint(id: string, fields: Partial<Endpoint> = {}): Endpoint {
  const [provider = "", ...model] = id.split("/");
  return {
    id,
    provider,
    model: model.join("/"),
    family: model.join("/"),
    name: id,
    dialect: "openai-chat",
    region: null,
    openWeights: false,
    contextTokens: 128_000,
    maxOutputTokens: 16_384,
    capabilities: ["json-object", "tools"],
    inputs: ["text"],
    price: priced(1_000_000, 4_000_000),
    quality: { default: { value: 600_000, source: "declared", reference: null } },
    released: null,
    deprecated: false,
    ...fields,
  };
}

/** One tier, in micro-USD per million tokens. */
export function priced(input: number, output: number): Endpoint["price"] {
  return [{ aboveInputTokens: 0, input, output, cacheRead: null, cacheWrite: null }];
}

export function quality(value: number): Endpoint["quality"] {
  return { default: { value, source: "measured", reference: null } };
}

export function catalogue(endpoints: readonly Endpoint[]): Catalogue {
  return { schema: "signalbox.catalogue.v1", date: "2026-01-01", endpoints: [...endpoints] };
}

export function health(endpoints: readonly (Partial<EndpointHealth> & { endpoint: string })[]): HealthSnapshot {
  const unknown = { openUntilMs: 0, failuresInRow: 0, errorShare: 0, latencyMs: null, samples: 1 };
  return { schema: "signalbox.health.v1", endpoints: endpoints.map((fields) => ({ ...unknown, ...fields })) };
}

export function documents(
  endpoints: readonly Endpoint[],
  more: { policy?: Partial<PolicyDocument>; health?: HealthSnapshot } = {},
): DecisionDocuments {
  return {
    policy: { ...DEFAULT_POLICY, ...more.policy },
    catalogue: catalogue(endpoints),
    health: more.health ?? health([]),
  };
}

export type InputFields = {
  facts?: Partial<RequestFacts>;
  classification?: Partial<Classification>;
  lookup?: DecisionInput["lookup"];
  documents?: DecisionInput["documents"];
  draw?: number;
};

export function decisionInput(fields: InputFields = {}): DecisionInput {
  return {
    schema: "signalbox.decision-input.v1",
    nowMs: NOW_MS,
    draw: fields.draw ?? PLAIN_DRAW,
    facts: { ...FACTS, ...fields.facts },
    classification: { ...CLASSIFICATION, ...fields.classification },
    lookup: fields.lookup ?? { status: "miss" },
    documents: fields.documents ?? { engine: DIGEST, policy: DIGEST, catalogue: DIGEST, health: DIGEST },
  };
}

export const FACTS: RequestFacts = plainRequestFacts({
  receivedAtMs: NOW_MS,
  stream: true,
  maxOutputTokens: 1_000,
  messages: 2,
  textChars: 4_000,
  temperatureMicro: 0,
  bodyBytes: 5_000,
  cache: { mode: "auto", deterministic: true, key: "0".repeat(64) },
  labels: { user: KEYED_DIGEST, metadata: null, tags: [KEYED_DIGEST] },
});

const CLASSIFICATION: Classification = {
  task: "code",
  difficulty: 500_000,
  tier: "STANDARD",
  language: "en",
  capabilities: [],
  modalities: ["text"],
  inputTokens: 1_000,
  signals: [
    { name: "code-fence", points: 120_000 },
    { name: "length", points: 80_000 },
  ],
  classifier: DIGEST,
};
