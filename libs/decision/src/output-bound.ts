import type { Action, Endpoint, PolicyDocument, RequestFacts } from "@signalbox/proto";

/** Output tokens for each choice, before any model's limit. */
export type AskedOutput = {
  readonly tokens: number;
  readonly fromCaller: boolean;
  /** What stands on the record when nothing else bounds the answer further. */
  readonly source: "request" | "default" | "policy";
};

export type OutputBound = {
  readonly tokens: number;
  readonly source: Extract<Action, { kind: "route" }>["maxOutputSource"];
};

/** `cap`: what a rule allows at the most, if one does. */
export function askedOutput(facts: RequestFacts, policy: PolicyDocument, cap: number | null): AskedOutput {
  const fromCaller = facts.maxOutputTokens !== null;
  const tokens = facts.maxOutputTokens ?? policy.defaultMaxOutputTokens;
  if (cap !== null && cap < tokens) return { tokens: cap, fromCaller, source: "policy" };
  return { tokens, fromCaller, source: fromCaller ? "request" : "default" };
}

/** A prompt that leaves less room than this for an answer does not fit. */
export const ROOM_MIN_TOKENS = 256;

/**
 * What was asked for, capped by what the model can give. A bound that nobody asked for also gives way to the prompt, so
 * that it never rules out an endpoint whose context the prompt itself fits into.
 */
export function outputBound(
  endpoint: Pick<Endpoint, "maxOutputTokens" | "contextTokens">,
  asked: AskedOutput,
  inputTokens: number,
): OutputBound {
  const { maxOutputTokens: limit, contextTokens } = endpoint;
  const room =
    asked.fromCaller || contextTokens === null ? asked.tokens : Math.max(contextTokens - inputTokens, ROOM_MIN_TOKENS);
  const fitting = Math.min(asked.tokens, room);
  if (limit !== null && limit < fitting) return { tokens: limit, source: "capped" };
  if (fitting < asked.tokens) return { tokens: fitting, source: "capped" };
  return { tokens: asked.tokens, source: asked.source };
}
