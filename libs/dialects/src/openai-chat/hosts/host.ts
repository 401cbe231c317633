import type { RequestQuirks } from "../../request-quirks.ts";

/**
 * A host that speaks openai-chat, with what its documentation says that differs from OpenAI's. What a host is silent on is taken to be as
 * in OpenAI's, so nothing stands here on a guess.
 */
export type Host = {
  /** The ends of its host names, and the names that providers without a public address go by. */
  readonly hosts: readonly string[];
  readonly names: readonly string[];
  /** Where it is said. */
  readonly sources: readonly string[];
  /** The day from which on nobody has found the sources to say so any more; absent: they do. */
  readonly unverified?: string;
  readonly quirks: Partial<RequestQuirks>;
};

/** What only OpenAI defines; hosts that check bodies against a schema of their own refuse it. */
export const OPENAI_ONLY = ["store", "verbosity", "safety_identifier", "service_tier", "prompt_cache_key"];
export const PENALTIES = ["presence_penalty", "frequency_penalty"];
export const DRAWING = ["temperature", "top_p", ...PENALTIES];
export const LOGPROBS = ["logprobs", "top_logprobs", "logit_bias"];
export const BY_WORD = ["auto", "none", "required", "tool"] as const;
/** No call can be demanded. */
export const UNFORCED = ["auto", "none"] as const;
export const THINKING = { on: { thinking: { type: "enabled" } }, off: { thinking: { type: "disabled" } } };
