import type { Readable } from "node:stream";
import { readText } from "./read-text.ts";

const ERROR_BODY_MAX_BYTES = 64 * 1024;
/** The head has said what happened, and an error's few words come with it: the next endpoint need not wait for more. */
const ERROR_BODY_TIMEOUT_MS = 2_000;

/**
 * What comes of the body of an answer that is no success; nothing where it breaks off, cannot be read or does not come, for its
 * status and its headers are known without it.
 */
export async function readErrorBody(body: Readable): Promise<string> {
  const timer = setTimeout(() => body.destroy(), ERROR_BODY_TIMEOUT_MS);
  try {
    return await readText(body, { maxBytes: ERROR_BODY_MAX_BYTES, tooLarge: "cut" });
  } catch {
    return "";
  } finally {
    clearTimeout(timer);
  }
}
