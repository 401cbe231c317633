import type { AnswerDefaults } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";

/** What an answer, or an event of its stream, says of itself. Only Vertex says when it was made, and of the request alone. */
export function headOf(body: JsonObject, defaults: AnswerDefaults): AnswerDefaults {
  const { responseId, modelVersion } = body;
  return {
    id: typeof responseId === "string" && responseId !== "" ? responseId : defaults.id,
    createdAtS: defaults.createdAtS,
    model: typeof modelVersion === "string" && modelVersion !== "" ? modelVersion : defaults.model,
  };
}
