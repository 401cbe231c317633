/** What differs between the hosts that speak openai-chat. */
export type RequestQuirks = {
  /** The one spelling of the output bound that the host takes; null: it takes both. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens" | null;
  /** Whether `stream_options` may be sent; a host that refuses it reports usage on a stream without being asked. */
  readonly streamOptions: boolean;
  /** Whether the role `developer` is known; where it is not, its messages are sent as `system`. */
  readonly developerRole: boolean;
  /** The field in which the host wants earlier reasoning back; absent: it wants none. */
  readonly reasoningField?: "reasoning_content" | "reasoning";
};

export const NO_QUIRKS: RequestQuirks = { maxTokensField: null, streamOptions: true, developerRole: true };
