import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";
import { NO_QUIRKS, quirksForModel, type RequestQuirks } from "../request-quirks.ts";
import { saysPlainly } from "./content.ts";
import { deltaOf } from "./delta.ts";
import {
  endThinking,
  readThinking,
  splitThinking,
  type Thought,
  type ThinkState,
  type ThinkTags,
} from "./think-tags.ts";

/** How the host writes this model's reasoning into its text; null: it does not. */
export function thinkTagsOf({ quirks = NO_QUIRKS, defaults }: Reading): ThinkTags | null {
  return quirksForModel(quirks, defaults.model).thinkTags ?? null;
}
type Reading = { readonly quirks?: RequestQuirks; readonly defaults: { readonly model: string } };

/** A message whose thoughts stand in their own field; the same one where its text holds none. */
function untagged(message: JsonObject, tags: ThinkTags): JsonObject {
  const { content } = message;
  if (typeof content !== "string" || saysPlainly(message)) return message;
  const thought = splitThinking(tags, content);
  return thought.text === content ? message : { ...message, ...fieldsOf(thought) };
}

const PLAIN: ThinkState = { at: "text" };

/** A choice of a chunk likewise, and what is known of its text afterwards. `isLast`: nothing more is held back. */
export function untaggedPiece(
  choice: JsonObject,
  before: ThinkState,
  isLast: boolean,
): readonly [ThinkState, JsonObject] {
  const raw = deltaOf(choice);
  // A host that tells thoughts apart by itself does so for all of an answer.
  if (before.at === "text") return [before, choice];
  const piece = typeof raw["content"] === "string" ? raw["content"] : null;
  if (saysPlainly(raw)) {
    const { text } = endThinking(before);
    return [PLAIN, text === "" ? choice : withDelta(choice, { ...raw, content: text + (piece ?? "") })];
  }
  if (piece === null && !isLast) return [before, choice];
  const [state, said] = readThinking(before, piece ?? "");
  const rest = isLast ? endThinking(state) : null;
  const thought = { reasoning: said.reasoning + (rest?.reasoning ?? ""), text: said.text + (rest?.text ?? "") };
  const isPlain = thought.reasoning === "" && thought.text === (piece ?? "");
  return [state, isPlain ? choice : withDelta(choice, { ...raw, ...fieldsOf(thought) })];
}

/** A few hosts put the piece under `message`. */
function withDelta(choice: JsonObject, delta: JsonObject): JsonObject {
  return { ...choice, message: undefined, delta };
}

function fieldsOf({ reasoning, text }: Thought): JsonObject {
  return reasoning === "" ? { content: text } : { content: text, reasoning_content: reasoning };
}

/** A whole answer whose thoughts stand in their own field. */
export function withoutTags(body: JsonObject, tags: ThinkTags | null): JsonObject {
  const { choices } = body;
  if (tags === null || !Array.isArray(choices)) return body;
  return {
    ...body,
    choices: choices.map((choice: unknown) => {
      const message = isObject(choice) ? choice["message"] : undefined;
      return isObject(choice) && isObject(message) ? { ...choice, message: untagged(message, tags) } : choice;
    }),
  };
}
