import { type AnswerNote, type JsonObject, renderOperationAnswer } from "@signalbox/dialects";
import type { Usage } from "@signalbox/proto";

/** How many items of a list, such as embeddings, make one piece; writing numbers takes about 5 ms for a mebibyte. */
const PIECE_ITEMS = 32;

/**
 * Writes a cached answer, with this decision's id and no cost, in pieces, so that the caller can pause between them. Throws
 * when it cannot be read.
 */
export function* renderCachedAnswer(
  cached: JsonObject,
  { usage, note }: { usage: Usage; note: AnswerNote },
): Generator<Buffer> {
  let before = "{";
  for (const [name, value] of Object.entries(renderOperationAnswer(cached, { usage, note }))) {
    const head = `${before}${JSON.stringify(name)}:`;
    before = ",";
    if (!Array.isArray(value) || value.length === 0) {
      yield Buffer.from(head + JSON.stringify(value), "utf8");
      continue;
    }
    for (let at = 0; at < value.length; at += PIECE_ITEMS) {
      const items = JSON.stringify(value.slice(at, at + PIECE_ITEMS)).slice(1, -1);
      yield Buffer.from(`${at === 0 ? `${head}[` : ","}${items}`, "utf8");
    }
    yield Buffer.from("]", "utf8");
  }
  yield Buffer.from(before === "{" ? "{}" : "}", "utf8");
}
