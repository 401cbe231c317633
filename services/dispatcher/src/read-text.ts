import type { Readable } from "node:stream";
import { SignalboxError } from "@signalbox/proto";

/** Reads a body to its end as UTF-8. One that is larger than `maxBytes` is cut there, or refused as `upstream-error`. */
export async function readText(
  body: Readable,
  options: { maxBytes: number; tooLarge: "cut" | "refuse"; onBytes?: () => void },
): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    options.onBytes?.();
    bytes += piece.length;
    if (bytes > options.maxBytes) {
      if (options.tooLarge === "cut") break;
      throw new SignalboxError("upstream-error", `The provider's answer is larger than ${options.maxBytes} bytes.`);
    }
    pieces.push(piece);
  }
  const [only] = pieces;
  return (pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces)).toString("utf8");
}
