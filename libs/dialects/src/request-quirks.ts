import type { RequestFacts } from "@signalbox/proto";
import type { JsonObject } from "./neutral/source.ts";
import type { ThinkTags } from "./openai-chat/think-tags.ts";

type Effort = NonNullable<RequestFacts["reasoningEffort"]>;

/** How a host is told whether and how much to reason, where `reasoning_effort` alone does not do it. */
export type ReasoningQuirks = {
  /** The values of `reasoning_effort` that the host takes, least first; empty: it takes none. Absent: it takes all. */
  readonly efforts?: readonly Effort[];
  /** Sent where reasoning is asked for, and where it is switched off. */
  readonly on?: JsonObject;
  readonly off?: JsonObject;
  /** Where a budget of tokens stands, as the path to it. */
  readonly budget?: readonly [string] | readonly [string, string];
  /** The models reason when nothing is said of it. */
  readonly byDefault?: true;
  /** The kinds of `tool_choice` that the host takes while a model reasons; absent: the same as else. */
  readonly toolChoices?: RequestQuirks["toolChoices"];
  /** While a model reasons, the host refuses earlier calls that come without the reasoning behind them. */
  readonly behindCalls?: true;
  /** Sent where tools are offered, because the host takes no tools while a model reasons. */
  readonly withoutTools?: JsonObject;
};

/**
 * The fields of an assistant's message in which hosts have reasoning. The last two carry its state: `reasoning_details` is OpenRouter's,
 * `thinking_blocks` LiteLLM's.
 */
export const REASONING_FIELDS = ["reasoning_content", "reasoning", "reasoning_details", "thinking_blocks"] as const;
export type ReasoningField = (typeof REASONING_FIELDS)[number];

/** What differs between the hosts that speak openai-chat. What a host is not known to differ in is absent. */
export type RequestQuirks = {
  /** The one spelling of the output bound that the host takes; null: it takes both. */
  readonly maxTokensField: "max_tokens" | "max_completion_tokens" | null;
  /** Whether `stream_options` may be sent; a host that refuses it reports usage on a stream without being asked. */
  readonly streamOptions: boolean;
  /** Whether the role `developer` is known; where it is not, its messages are sent as `system`. */
  readonly developerRole: boolean;
  /**
   * The field in which the host wants earlier reasoning back; null: it has no field for it, and may refuse one that it does not know;
   * absent: it is not known to want any, and is sent what the caller's own body has.
   */
  readonly reasoningField?: ReasoningField | null;
  readonly reasoning?: ReasoningQuirks;
  /** Fields that the host refuses or does not heed; `messages[].name` and `tools[].strict` stand for those of all messages and tools. */
  readonly lacks?: readonly string[];
  /** The kinds of `tool_choice` that the host takes. */
  readonly toolChoices?: readonly ("auto" | "none" | "required" | "tool" | "allowed")[];
  /** The kinds of `response_format`, beside text, that the host takes. */
  readonly formats?: readonly ("json_object" | "json_schema")[];
  readonly choicesMax?: number;
  readonly stopsMax?: number;
  readonly temperature?: { readonly min: number; readonly max: number };
  /** Whether calls may carry Gemini's signature, in `extra_content`; other hosts can do nothing with it, or refuse it. */
  readonly callSignatures?: true;
  /** Whether parts and tools may carry Anthropic's `cache_control`. */
  readonly cacheMarks?: true;
  /** Where the host leaves reasoning in the text of its answers; null and absent: nowhere. */
  readonly thinkTags?: ThinkTags | null;
  /** Sent with every request that does not set these fields itself. */
  readonly always?: JsonObject;
  /** What holds for some of the host's models; the first that fits is laid over the rest. */
  readonly byModel?: readonly { readonly models: RegExp; readonly quirks: Partial<RequestQuirks> }[];
};

export const NO_QUIRKS: RequestQuirks = { maxTokensField: null, streamOptions: true, developerRole: true };

/** A host's quirks for one of its models. */
export function quirksForModel(quirks: RequestQuirks, model: string): RequestQuirks {
  if (quirks.byModel === undefined) return quirks;
  const found = quirks.byModel.find(({ models }) => models.test(model));
  return found === undefined ? quirks : { ...quirks, ...found.quirks };
}
