import type { JsonObject } from "../neutral/source.ts";

/**
 * The tool that a model without structured output is made to call in place of an answer: its input is the answer. The reader knows it by
 * its name alone and gives its input out as text.
 */
export const ANSWER_TOOL = "signalbox_json_answer";

export function answerTool(schema: JsonObject): JsonObject {
  const description = "Give the final answer to the user by calling this tool: its input is the answer.";
  return { name: ANSWER_TOOL, description, input_schema: { ...schema, type: "object" } };
}
