import { loadEngine, uuidv7 } from "@signalbox/kit";
import type { DecisionInput } from "@signalbox/proto";
import { sha256Digest } from "@signalbox/tlog";
import { INPUT, type decisionEvent } from "./ledger-events.ts";

/** An engine as small as one can be: it refuses whom the policy says, and sends the others where it says. */
function engineSource(version: string): string {
  return `(() => {
    const documents = new Map();
    globalThis.signalboxEngine = {
      has: (digest) => documents.has(digest),
      load: (digest, json) => documents.set(digest, JSON.parse(json)),
      decide: (inputJson) => {
        const input = JSON.parse(inputJson);
        const { refused, endpoint, cost } = documents.get(input.documents.policy);
        const action = input.classification.language === refused
          ? { kind: "refuse", code: "policy-refused", message: "${version}" }
          : { kind: "route", plan: [endpoint], maxOutputTokens: 1, maxOutputSource: "default", storeTtlSeconds: null };
        const ranked = [{ endpoint, quality: 1, qualitySource: "declared", costPicoUsd: cost, latencyMs: null, goodEnough: true }];
        return JSON.stringify({
          schema: "signalbox.decision.v1", action, strategy: "value", reason: "one", requiredQuality: 0,
          considered: 1, eligible: 1, excluded: [], ranked, cache: "miss",
          propensities: [{ endpoint, propensity: 1000000 }],
        });
      },
    };
  })();`;
}

export const ENGINE = engineSource("old");
export const POLICY = '{"cost":"100","endpoint":"a/small","refused":"fr"}';
export const OTHER_POLICY = '{"cost":"350","endpoint":"b/large","refused":"en"}';
export const CANARY_POLICY = '{"cost":"200","endpoint":"b/large","refused":"nobody"}';
export const DOCUMENTS = { policy: POLICY, catalogue: "{}", health: "[]" };

/** A decision on a request in this language, whose record may say that it was in another one. */
export function decisionIn(
  language: string,
  tenant = "default",
  recordedLanguage = language,
): Parameters<typeof decisionEvent>[0] {
  const documents = {
    engine: sha256Digest(ENGINE),
    policy: sha256Digest(POLICY),
    catalogue: sha256Digest(DOCUMENTS.catalogue),
    health: sha256Digest(DOCUMENTS.health),
  };
  const input: DecisionInput = { ...INPUT, documents, classification: { ...INPUT.classification, language } };
  const decision = loadEngine(ENGINE).decide(input, DOCUMENTS);
  const recorded = { ...input, classification: { ...input.classification, language: recordedLanguage } };
  return { requestId: uuidv7(), decisionId: uuidv7(), tenant, input: recorded, decision };
}
