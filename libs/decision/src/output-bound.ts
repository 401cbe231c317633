import type { Action, Endpoint, PolicyDocument, RequestFacts } from "@signalbox/proto";

/** Output tokens for each choice, before any model's limit. */
export type AskedOutput = { readonly tokens: number; readonly fromCaller: boolean };

export type OutputBound = {
  readonly tokens: number;
  readonly source: Extract<Action, { kind: "route" }>["maxOutputSource"];
};

export function askedOutput(facts: RequestFacts, policy: PolicyDocument): AskedOutput {
  if (facts.maxOutputTokens !== null) return { tokens: facts.maxOutputTokens, fromCaller: true };
  return { tokens: policy.defaultMaxOutputTokens, fromCaller: false };
}

/** What was asked for, capped by what the model can give. */
export function outputBound(endpoint: Pick<Endpoint, "maxOutputTokens">, asked: AskedOutput): OutputBound {
  const limit = endpoint.maxOutputTokens;
  if (limit !== null && limit < asked.tokens) return { tokens: limit, source: "capped" };
  return { tokens: asked.tokens, source: asked.fromCaller ? "request" : "default" };
}
