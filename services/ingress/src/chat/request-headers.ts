import type { IncomingHttpHeaders } from "node:http";
import { SignalboxError } from "@signalbox/proto";

const TAGS_MAX = 16;
const TAG_MAX_CHARS = 128;

/** What a caller says beside the body. `cache` is auto when nothing is said. */
export type RequestHeaders = { readonly cache: "auto" | "on" | "off"; readonly tags: readonly string[] };

/** Reads `x-signalbox-cache` and `x-signalbox-tags`. Throws `invalid-request` for what they may not hold. */
export function parseRequestHeaders(headers: IncomingHttpHeaders): RequestHeaders {
  return { cache: parseCache(headers["x-signalbox-cache"]), tags: parseTags(headers["x-signalbox-tags"]) };
}

function parseCache(value: string | string[] | undefined): RequestHeaders["cache"] {
  if (value === undefined) return "auto";
  if (value === "on" || value === "off") return value;
  throw invalidHeader("x-signalbox-cache", "expected 'on' or 'off'");
}

function parseTags(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  const tags = String(value)
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
  if (tags.length > TAGS_MAX) throw invalidHeader("x-signalbox-tags", `expected at most ${TAGS_MAX} tags`);
  if (tags.some((tag) => tag.length > TAG_MAX_CHARS)) {
    throw invalidHeader("x-signalbox-tags", `expected tags of at most ${TAG_MAX_CHARS} characters`);
  }
  return tags;
}

function invalidHeader(name: string, problem: string): SignalboxError {
  return new SignalboxError("invalid-request", `Invalid header '${name}': ${problem}.`, { details: { param: name } });
}
