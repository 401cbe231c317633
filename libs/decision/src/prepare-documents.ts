import type { Catalogue, Endpoint, HealthSnapshot, Operation, PolicyDocument, Task } from "@signalbox/proto";
import { abilitiesOf } from "./abilities.ts";
import { matchPattern } from "./match-pattern.ts";
import { type CompiledPolicy, compilePolicy } from "./policy/compile-policy.ts";
import { type KnownQuality, qualityByTask } from "./quality-of.ts";

/** The documents that a decision reads, as its input names them. */
export type DecisionDocuments = {
  readonly policy: PolicyDocument;
  readonly catalogue: Catalogue;
  readonly health: HealthSnapshot;
};

/**
 * An endpoint with everything about it that no request changes. What filters read stands here itself, because following
 * references through a large catalogue is what a decision's time is spent on.
 */
export type PreparedEndpoint = {
  readonly index: number;
  readonly endpoint: Endpoint;
  readonly family: string;
  readonly deprecated: boolean;
  readonly abilities: number;
  readonly operations: readonly Operation[];
  readonly contextTokens: number | null;
  /** Infinity where no bound of the prompt alone is known. */
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number | null;
  /** 0 while its circuit is closed. */
  readonly openUntilMs: number;
  readonly latencyMs: number | null;
  readonly policyRule: "policy:allow" | "policy:deny" | null;
  readonly qualityByTask: Readonly<Record<Task, KnownQuality>>;
};

/** The documents, worked up once for many decisions. */
export type PreparedDocuments = {
  readonly policy: PolicyDocument;
  readonly compiled: CompiledPolicy;
  readonly endpoints: readonly PreparedEndpoint[];
  readonly byId: ReadonlyMap<string, PreparedEndpoint>;
  /** The families that an endpoint's model name or family name stands for. */
  readonly familiesByName: ReadonlyMap<string, readonly string[]>;
};

const CHAT_ALONE: readonly Operation[] = ["chat"];

/**
 * A pure function of the documents: it moves work out of `decide`, never a choice. `compiled` is that of the policy and
 * the catalogue, for whoever prepares them with one health snapshot after the other.
 */
export function prepareDocuments(
  documents: DecisionDocuments,
  compiled: CompiledPolicy = compilePolicy(documents.policy, documents.catalogue),
): PreparedDocuments {
  const { policy, catalogue, health } = documents;
  const healthById = new Map(health.endpoints.map((entry) => [entry.endpoint, entry]));
  const endpoints = catalogue.endpoints.map((endpoint, index) => ({
    index,
    endpoint,
    family: endpoint.family,
    deprecated: endpoint.deprecated,
    abilities: abilitiesOf(endpoint),
    operations: endpoint.operations ?? CHAT_ALONE,
    contextTokens: endpoint.contextTokens,
    maxInputTokens: endpoint.maxInputTokens ?? Infinity,
    maxOutputTokens: endpoint.maxOutputTokens,
    openUntilMs: healthById.get(endpoint.id)?.openUntilMs ?? 0,
    latencyMs: healthById.get(endpoint.id)?.latencyMs ?? null,
    policyRule: policyRuleAgainst(endpoint, policy),
    qualityByTask: qualityByTask(endpoint, policy),
  }));
  const familiesByName = new Map<string, string[]>();
  for (const { endpoint } of endpoints) {
    for (const name of [endpoint.model, endpoint.family]) {
      const families = familiesByName.get(name);
      if (families === undefined) familiesByName.set(name, [endpoint.family]);
      else if (!families.includes(endpoint.family)) families.push(endpoint.family);
    }
  }
  const byId = new Map(endpoints.map((entry) => [entry.endpoint.id, entry]));
  return { policy, compiled, endpoints, byId, familiesByName };
}

/** A denial outweighs an allowance. */
function policyRuleAgainst(endpoint: Endpoint, policy: PolicyDocument): PreparedEndpoint["policyRule"] {
  const covers = (pattern: string) => matchPattern(pattern, endpoint.id) || matchPattern(pattern, endpoint.model);
  if (policy.deny.some(covers)) return "policy:deny";
  return policy.allow.some(covers) ? null : "policy:allow";
}
