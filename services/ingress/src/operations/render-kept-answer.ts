import { type AnswerNote, type JsonObject, renderOperationAnswer } from "@signalbox/dialects";
import type { Usage } from "@signalbox/proto";

/** A kept answer with this decision's id and no cost. Throws when it cannot be read. */
export function renderKeptAnswer(kept: JsonObject, { usage, note }: { usage: Usage; note: AnswerNote }): Buffer {
  return Buffer.from(JSON.stringify(renderOperationAnswer(kept, { usage, note })), "utf8");
}
