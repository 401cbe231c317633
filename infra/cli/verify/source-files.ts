import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ReadPath } from "@signalbox/tlog";
import { failure } from "../failure.ts";

const FETCH_TIMEOUT_MS = 30_000;
/** A full bundle of the largest entries, and some more. */
const FILE_MAX_BYTES = 256 * 65_537;
const CHUNK_BYTES = 64 * 1024;
/** What C2SP tlog-tiles has clients name; whoever serves files as they lie compresses nothing. */
const ENCODINGS = { "accept-encoding": "gzip, identity" };
const TOO_LARGE = "it is larger than any file of a log";

/** Whether a source is reached over the network rather than in a folder. */
export function isUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** Reads files below a folder; what is not there is null, what cannot be looked at is an error. */
export function readFolder(folder: string): ReadPath {
  return async (path) => {
    const file = join(folder, path);
    try {
      return await readPlainFile(await within(await realpath(folder), file));
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
      throw unreadable(file, (error as Error).message);
    }
  };
}

/** Where a file really is. Throws where a link leads out of the folder: a copy has all its files in it. */
async function within(root: string, file: string): Promise<string> {
  const real = await realpath(file);
  if (real.startsWith(root.endsWith(sep) ? root : root + sep)) return real;
  throw new Error("a link in it leads out of the folder");
}

/**
 * Reads resources below a log's URL. `token` is sent as a bearer token, for logs that do not show entries to everyone.
 */
export function readUrl(prefix: string, stop: AbortSignal, token: string | null): ReadPath {
  const base = prefix.replace(/\/+$/, "");
  const headers = { ...ENCODINGS, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
  return async (path) => {
    const url = `${base}/${path}`;
    stop.throwIfAborted();
    const signal = AbortSignal.any([stop, AbortSignal.timeout(FETCH_TIMEOUT_MS)]);
    const response = await fetch(url, { headers, signal }).catch((error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw unreadable(url, cause);
    });
    // What is not read would hold its connection.
    if (!response.ok) await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return null;
    if (response.status === 401 || response.status === 403) {
      const todo =
        "Logs of several tenants show entries to auditors alone: give the bearer token with --token-file; of a line of yours it is <home>/keys/grpc/operator.token.";
      throw failure("forbidden", `${url} is not shown to everyone.`, todo);
    }
    if (!response.ok) throw unreadable(url, `the server answers ${response.status}`);
    const bytes = await bodyOf(response).catch((error: Error) => {
      throw unreadable(url, error.message);
    });
    if (bytes === null) throw unreadable(url, TOO_LARGE);
    return bytes;
  };
}

/** The body, unpacked; null as soon as it is larger than any file of a log. */
async function bodyOf(response: Response): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > FILE_MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Reads a file of a copy that somebody else made: a pipe is not waited for (O_NONBLOCK), and neither it nor a device is
 * read.
 */
async function readPlainFile(file: string): Promise<Uint8Array> {
  await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const found = await handle.stat();
  if (!found.isFile()) throw new Error("it is not a file");
  if (found.size > FILE_MAX_BYTES) throw new Error(TOO_LARGE);
  // Room for one byte more than it has: where that is filled, somebody writes to the file, and it may have no end.
  const bytes = Buffer.allocUnsafe(found.size + 1);
  for (let length = 0; length < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, length);
    if (bytesRead === 0) return bytes.subarray(0, length);
    length += bytesRead;
  }
  throw new Error("it grows while it is read");
}

/** A file that the caller names, which may be a pipe. Throws `invalid-request`. */
export function readGivenFile(file: string): Buffer {
  try {
    return readUpTo(file, FILE_MAX_BYTES);
  } catch (error) {
    const problem = `${file} cannot be read: ${(error as Error).message}`;
    throw failure("invalid-request", problem, "Name a file that is there.");
  }
}

function readUpTo(file: string, maxBytes: number): Buffer {
  const descriptor = openSync(file, "r");
  try {
    if (fstatSync(descriptor).size > maxBytes) throw new Error(TOO_LARGE);
    const chunks: Buffer[] = [];
    let length = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const read = readSync(descriptor, chunk);
      if (read === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, read));
      length += read;
      if (length > maxBytes) throw new Error(TOO_LARGE);
    }
  } finally {
    closeSync(descriptor);
  }
}

function unreadable(what: string, why: string): Error {
  return failure("stage-unavailable", `${what} cannot be read: ${why}`, "Nothing is said about the log.");
}
