import type { IncomingHttpHeaders } from "node:http";
import { SignalboxError } from "@signalbox/proto";

const TAGS_MAX = 16;
const TAG_MAX_CHARS = 128;

const SIGNALS_MAX = 16;
const SIGNAL = /^([a-z0-9][a-z0-9-]{0,47})=([^=,]{1,128})$/;

/** What a caller says in headers. `cache` is `auto` without a header. */
export type RequestHeaders = {
  readonly cache: "auto" | "on" | "off";
  readonly tags: readonly string[];
  /** The caller's own claims by name, for a policy's rules. */
  readonly signals: Readonly<Record<string, string>>;
};

/** Reads `x-signalbox-cache`, `x-signalbox-tags` and `x-signalbox-signals`. Throws `invalid-request` for invalid values. */
export function parseRequestHeaders(headers: IncomingHttpHeaders): RequestHeaders {
  return {
    cache: parseCache(headers["x-signalbox-cache"]),
    tags: parseTags(headers["x-signalbox-tags"]),
    signals: parseSignals(headers["x-signalbox-signals"]),
  };
}

function parseCache(value: string | string[] | undefined): RequestHeaders["cache"] {
  if (value === undefined) return "auto";
  if (value === "on" || value === "off") return value;
  throw invalidHeader("x-signalbox-cache", "expected 'on' or 'off'");
}

function parseTags(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  const tags = listed(value);
  if (tags.length > TAGS_MAX) throw invalidHeader("x-signalbox-tags", `expected at most ${TAGS_MAX} tags`);
  if (tags.some((tag) => tag.length > TAG_MAX_CHARS)) {
    throw invalidHeader("x-signalbox-tags", `expected tags of at most ${TAG_MAX_CHARS} characters`);
  }
  return tags;
}

/** `name=value`, separated by commas. */
function parseSignals(value: string | string[] | undefined): Record<string, string> {
  if (value === undefined) return {};
  const parts = listed(value).map((part) => SIGNAL.exec(part));
  if (parts.length > SIGNALS_MAX || parts.includes(null)) {
    throw invalidHeader("x-signalbox-signals", `expected at most ${SIGNALS_MAX} pairs like tier=gold`);
  }
  return Object.fromEntries(parts.map((part) => [part?.[1] ?? "", part?.[2] ?? ""]));
}

function listed(value: string | string[]): string[] {
  return String(value)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function invalidHeader(name: string, problem: string): SignalboxError {
  return new SignalboxError("invalid-request", `Invalid header '${name}': ${problem}.`, { details: { param: name } });
}
