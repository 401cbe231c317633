import { isSet } from "../check/field-value.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";
import { cacheMarkOf } from "./parse-part.ts";

const MARKED = new Set<NeutralPart["kind"]>(["text", "image", "audio", "file", "tool-call"]);

/**
 * The parts of a message with a cache mark that stands beside its content, as the AI SDK's `@ai-sdk/openai-compatible` writes it: it means
 * the message as far as its last part. A part's own mark is kept.
 */
export function withMessageMark(parts: readonly NeutralPart[], message: JsonObject): readonly NeutralPart[] {
  const mark = message["cache_control"];
  if (!isSet(mark)) return parts;
  const last = parts.findLastIndex(({ kind }) => MARKED.has(kind));
  return parts.map((part, index) => (index === last ? ({ cache: cacheMarkOf(mark), ...part } as NeutralPart) : part));
}
