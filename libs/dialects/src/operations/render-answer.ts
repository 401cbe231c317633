import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { type AnswerNote, renderNote } from "../neutral/answer-note.ts";
import type { JsonObject } from "../neutral/source.ts";

/**
 * A whole answer as the caller gets it: with `usage.signalbox`, in Gemini's form `usageMetadata.signalbox`, beside what the provider reported. An answer whose format has no usage
 * gets none; one whose format has it holds an empty object where the provider reported nothing.
 */
export function renderOperationAnswer(
  body: JsonObject,
  { usage, note }: { usage: Usage; note: AnswerNote },
): JsonObject {
  const { usage: own, usageMetadata } = body;
  if (isObject(usageMetadata)) {
    const counted = { promptTokenCount: usage.inputTokens, ...usageMetadata };
    return { ...body, usageMetadata: { ...counted, signalbox: renderNote(note, usage) } };
  }
  if (!isObject(own)) return body;
  const tokens = { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens + usage.outputTokens };
  const filled = Object.keys(own).length === 0 ? tokens : own;
  return { ...idOf(body, note), ...body, usage: { ...filled, signalbox: renderNote(note, usage) } };
}

/** OpenAI's lists of embeddings have no id, and Mistral's SDKs read none without one. */
function idOf({ object, id }: JsonObject, note: AnswerNote): JsonObject {
  return object === "list" && id === undefined ? { id: `embd-${note.decisionId}` } : {};
}
