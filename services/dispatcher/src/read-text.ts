import type { Readable } from "node:stream";
import { exceededBound } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { AnswerRoom } from "./answer-memory.ts";
import { HeldBytes } from "./held-bytes.ts";

const BYTE_ORDER_MARK = "\uFEFF";
/** A larger answer is looked through before anybody parses it, which takes a fraction of the time that its way here took. */
const LOOKED_THROUGH_FROM_BYTES = 8_388_608;
/**
 * Answers hold long lists of numbers, and log probabilities with some members for each token. What is more than that is made to fill the
 * memory: an empty object takes twenty times its text.
 */
const ANSWER_BOUNDS = { levelsMax: 1_000, partsMax: 4_000_000, commasMax: Infinity };

/**
 * Reads a body to its end as UTF-8. One that is larger than `maxBytes` is cut there, or refused as `upstream-error`, and so is one
 * of which JSON could not be read within the memory. One for which there is no room beside the others is refused as `overloaded`.
 */
export async function readText(
  body: Readable,
  options: { maxBytes: number; tooLarge: "cut" | "refuse"; room?: AnswerRoom; onBytes?: () => void },
): Promise<string> {
  const pieces: Buffer[] = [];
  const held = new HeldBytes(options);
  for await (const piece of body as AsyncIterable<Buffer>) {
    options.onBytes?.();
    if (options.tooLarge === "cut" && held.bytes + piece.length > options.maxBytes) break;
    held.take(piece.length);
    pieces.push(piece);
  }
  const [only] = pieces;
  const whole = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
  if (whole.length > LOOKED_THROUGH_FROM_BYTES && exceededBound(whole, ANSWER_BOUNDS) !== null)
    throw new SignalboxError("upstream-error", "The provider's answer holds more values than any answer has.");
  // Some hosts begin with a byte order mark, which no parser of JSON takes.
  const text = whole.toString("utf8");
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
