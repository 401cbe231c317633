import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ReadPath } from "@signalbox/tlog";
import { failure } from "../failure.ts";

const FETCH_TIMEOUT_MS = 30_000;
/** A full bundle of the largest entries, and some more. */
const FILE_MAX_BYTES = 256 * 65_537;

/** Whether a source is reached over the network rather than in a folder. */
export function isUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** Reads files below a folder; what is not there is null, what cannot be looked at is an error. */
export function readFolder(folder: string): ReadPath {
  return async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
      throw unreadable(join(folder, path), (error as Error).message);
    }
  };
}

/** Reads resources below a log's URL. `token` is sent as a bearer token, for logs that do not show entries to everyone. */
export function readUrl(prefix: string, stop: AbortSignal, token: string | null): ReadPath {
  const base = prefix.replace(/\/+$/, "");
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return async (path) => {
    const url = `${base}/${path}`;
    stop.throwIfAborted();
    const signal = AbortSignal.any([stop, AbortSignal.timeout(FETCH_TIMEOUT_MS)]);
    const response = await fetch(url, { headers, signal }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw unreadable(url, cause);
    });
    if (response.status === 404 || response.status === 410) return null;
    if (response.status === 401 || response.status === 403) {
      const todo = "Logs of several tenants show entries to auditors alone: give the bearer token with --token-file.";
      throw failure("forbidden", `${url} is not shown to everyone.`, todo);
    }
    if (!response.ok) throw unreadable(url, `the server answers ${response.status}`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length > FILE_MAX_BYTES) throw unreadable(url, "it is larger than any file of a log");
    return bytes;
  };
}

function unreadable(what: string, why: string): Error {
  return failure("stage-unavailable", `${what} cannot be read: ${why}`, "Nothing is said about the log.");
}
