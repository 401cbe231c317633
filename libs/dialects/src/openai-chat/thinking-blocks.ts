import { isObject } from "../check/check-value.ts";
import type { ReasoningPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * `thinking_blocks`, in which LiteLLM carries Anthropic's blocks through this dialect, as Anthropic itself writes them
 * (https://docs.litellm.ai/docs/reasoning_content).
 */
export function readThinkingBlocks(blocks: unknown): readonly ReasoningPart[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.filter(isObject).flatMap((block): ReasoningPart[] => {
    const { type, thinking, signature, data } = block;
    if (type === "redacted_thinking") return typeof data === "string" ? [stateOf("", "redacted", data)] : [];
    if (typeof signature === "string" && signature !== "") {
      return [stateOf(typeof thinking === "string" ? thinking : "", "signature", signature)];
    }
    return typeof thinking === "string" && thinking !== "" ? [{ kind: "reasoning", text: thinking }] : [];
  });
}

/** Whether a part can stand among `thinking_blocks`: Anthropic takes back what it has signed or redacted, and nothing else. */
export function isThinkingBlock({ state }: ReasoningPart): boolean {
  return state?.wire === "anthropic-messages" && state.kind !== "encrypted";
}

export function renderThinkingBlock({ text, state }: ReasoningPart): JsonObject {
  if (state?.kind === "redacted") return { type: "redacted_thinking", data: state.value };
  return { type: "thinking", thinking: text, signature: state?.value ?? "" };
}

function stateOf(text: string, kind: "signature" | "redacted", value: string): ReasoningPart {
  return { kind: "reasoning", text, state: { wire: "anthropic-messages", kind, value } };
}
