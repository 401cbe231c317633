import { readFileSync } from "node:fs";
import { join } from "node:path";
import { someDocuments, someInput } from "@signalbox/decision/fixtures/arbitrary";
import { health } from "@signalbox/decision/fixtures/documents";
import { loadCatalogue } from "@signalbox/infra/catalogue/load-catalogue.ts";
import { resolveProviders } from "@signalbox/infra/catalogue/resolve-providers.ts";
import { loadEngine } from "@signalbox/kit";
import {
  DEFAULT_POLICY,
  type Catalogue,
  type DecisionInput,
  type HealthSnapshot,
  type PolicyDocument,
} from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import * as fc from "fast-check";
import { effectivePolicy, parsePolicyFiles } from "../../services/policy/src/policy-files/index.ts";
import type { Corpus, RecordedDecision } from "./corpus-file.ts";
import { variedRequests } from "./varied-requests.ts";

/** What any of them changes is another corpus. */
const SYNTHETIC = { seed: 1, sets: 60, inputsOfEach: 3 };
const EXAMPLE_FILE = join(import.meta.dirname, "../../infra/config/policy.example.yaml");

type Situation = {
  readonly policy: PolicyDocument;
  readonly catalogue: Catalogue;
  readonly health: HealthSnapshot;
  readonly inputs: readonly DecisionInput[];
};

/**
 * Decisions of this engine over the simulator's endpoints, over all that the catalogue knows of the world, and over small
 * synthetic catalogues in which endpoints and rules collide in every way.
 */
export async function recordDecisions(engineSource: string): Promise<Pick<Corpus, "documents" | "decisions">> {
  const engine = loadEngine(engineSource);
  const engineDigest = sha256Digest(engineSource);
  const documents = new Map([[engineDigest, engineSource]]);
  const keep = (value: unknown): { digest: string; text: string } => {
    const text = canonicalize(value);
    const digest = sha256Digest(text);
    documents.set(digest, text);
    return { digest, text };
  };
  const decisions: RecordedDecision[] = [];
  for (const situation of [...(await catalogueSituations()), ...syntheticSituations()]) {
    const [policy, catalogue, known] = [keep(situation.policy), keep(situation.catalogue), keep(situation.health)];
    const texts = { policy: policy.text, catalogue: catalogue.text, health: known.text };
    for (const given of situation.inputs) {
      const names = { engine: engineDigest, policy: policy.digest, catalogue: catalogue.digest, health: known.digest };
      const input = { ...given, documents: names };
      decisions.push({ input, decision: canonicalize(engine.decide(input, texts)) });
    }
  }
  return { documents, decisions };
}

async function catalogueSituations(): Promise<Situation[]> {
  const simulator = await catalogueWith({});
  const keys = [...loadCatalogue().providers.values()].flatMap(({ apiKeyEnv }) => apiKeyEnv);
  const world = await catalogueWith(Object.fromEntries(keys.map((name) => [name, "set"])));
  const policies = [DEFAULT_POLICY, examplePolicy(), drawingPolicy()];
  return policies.flatMap((policy, at) => [
    situationOf(simulator, policy, { seed: 10 + at, count: 40 }),
    situationOf(world, policy, { seed: 20 + at, count: 40 }),
  ]);
}

async function catalogueWith(env: Record<string, string>): Promise<Catalogue> {
  const found = await resolveProviders({ config: {}, env, probe: false, simulator: "http://127.0.0.1:9/v1" });
  return found.catalogue;
}

/** Every seventh endpoint has a history: an open circuit, one that is to be probed, or none but a latency. */
function situationOf(catalogue: Catalogue, policy: PolicyDocument, asked: { seed: number; count: number }): Situation {
  const inputs = variedRequests(catalogue, asked);
  const nowMs = inputs[0]?.nowMs ?? 0;
  const states = [nowMs + 60_000_000, nowMs - 5, 0];
  const learned = catalogue.endpoints.flatMap(({ id }, at) =>
    at % 7 === 0 ? [{ endpoint: id, openUntilMs: states[at % 3] as number, latencyMs: 100 + at }] : [],
  );
  return { policy, catalogue, health: health(learned), inputs };
}

function examplePolicy(): PolicyDocument {
  const parsed = parsePolicyFiles([{ name: "policy.example.yaml", text: readFileSync(EXAMPLE_FILE, "utf8") }]);
  if (parsed.kind === "wrong") throw new Error(JSON.stringify(parsed.problems));
  return effectivePolicy(DEFAULT_POLICY, parsed.version);
}

function drawingPolicy(): PolicyDocument {
  const weights = [
    { of: "*-large", weight: 3 },
    { of: "*-small", weight: 1 },
    { of: "*mini*", weight: 2 },
  ];
  const rules: PolicyDocument["rules"] = [
    { name: "draw", when: "difficulty < 0.6", final: false, effects: { weights } },
    {
      name: "try",
      when: "true",
      final: false,
      effects: { split: [{ arm: "new", share: 250_000, to: "*reasoning*" }] },
    },
  ];
  return { ...DEFAULT_POLICY, rules };
}

function syntheticSituations(): Situation[] {
  const { seed, sets, inputsOfEach } = SYNTHETIC;
  const each = fc.record({
    documents: someDocuments,
    inputs: fc.array(someInput, { minLength: inputsOfEach, maxLength: inputsOfEach }),
  });
  return fc.sample(each, { seed, numRuns: sets }).map(({ documents, inputs }) => ({ ...documents, inputs }));
}
