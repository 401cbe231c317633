import { isObject, oneOf } from "../check/check-value.ts";
import { isSet, objectsOf } from "../check/field-value.ts";
import type { NeutralReasoning } from "../neutral/requested-reasoning.ts";
import type { JsonObject } from "../neutral/source.ts";
import { EFFORTS } from "./request-fields.ts";

type Effort = NeutralReasoning["effort"];

/** The effort that a message of the system asks for; null where it names none. `param` is the message's path. */
export function effortOf({ output_config: config }: JsonObject, param: string): Effort {
  const effort = isObject(config) ? config["effort"] : null;
  if (!isSet(effort)) return null;
  oneOf(EFFORTS)(effort, `${param}.output_config.effort`);
  return effort as Effort;
}

/**
 * The effort that the system's messages ask for at the end of a conversation; null where none does. One holds for the answer to the turn of
 * the user's that it follows, or else from the user's next turn on, and results of tools alone are no such turn
 * (https://platform.claude.com/docs/en/build-with-claude/effort-per-message).
 */
export function effortAtEnd(body: JsonObject): Effort {
  const messages = objectsOf(body["messages"]);
  let holding: Effort = null;
  let asked: Effort = null;
  for (const [index, message] of messages.entries()) {
    if (isInput(message)) holding = asked;
    if (message["role"] !== "system") continue;
    const effort = effortOf(message, `messages[${index}]`);
    if (effort === null) continue;
    asked = effort;
    if (isInput(messages[index - 1])) holding = effort;
  }
  return holding;
}

/** Whether a message is a turn in which the user says something. */
function isInput(message: JsonObject | undefined): boolean {
  if (message?.["role"] !== "user") return false;
  const { content } = message;
  return !Array.isArray(content) || content.some((block) => isObject(block) && block["type"] !== "tool_result");
}
