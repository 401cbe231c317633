import { sha256Digest, type ReadPath } from "@signalbox/tlog";
import { failure } from "../failure.ts";

/**
 * Reads files of a log that are read once more after they were checked. A server may answer otherwise the second time,
 * so bundles of entries must be the bytes that were there the first time; documents bear their digests as names.
 */
export function readTwice(read: ReadPath): ReadPath {
  const known = new Map<string, string>();
  return async (path) => {
    const bytes = await read(path);
    if (bytes === null || !path.startsWith("tile/entries/")) return bytes;
    const digest = sha256Digest(bytes);
    const before = known.get(path) ?? digest;
    known.set(path, before);
    if (digest === before) return bytes;
    throw failure(
      "stage-unavailable",
      `${path} has other bytes than a moment ago, when it was checked.`,
      "Export the log, and verify and replay the copy.",
    );
  };
}
