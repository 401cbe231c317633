import {
  type Action,
  type Endpoint,
  type PolicyDocument,
  type RequestFacts,
  STREAM_MAX_OUTPUT_TOKENS,
} from "@signalbox/proto";

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

/**
 * The bound of a stream that nobody has bounded: the model's own limit, up to the policy's. What is not known to be more
 * than the default stays the default. The prompt's size is an estimate, so a quarter of it is left free beside it.
 */
export function streamBound(
  endpoint: Pick<Endpoint, "maxOutputTokens" | "contextTokens">,
  { asked, policy, inputTokens }: { asked: AskedOutput; policy: PolicyDocument; inputTokens: number },
): OutputBound {
  const plain = outputBound(endpoint, asked, inputTokens);
  const { maxOutputTokens: limit, contextTokens } = endpoint;
  if (limit === null || contextTokens === null || plain.source !== "default") return plain;
  const room = contextTokens - inputTokens - Math.ceil(inputTokens / 4);
  const tokens = Math.min(limit, room, policy.streamMaxOutputTokens ?? STREAM_MAX_OUTPUT_TOKENS);
  return tokens > plain.tokens ? { tokens, source: "model" } : plain;
}
