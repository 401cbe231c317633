import type { FindingType } from "@signalbox/guard";

/** Something that a remote guardrail found: the number of its text, and where in it, in UTF-16 units. */
export type RemoteFinding = {
  readonly type: FindingType;
  readonly text: number;
  readonly start: number;
  readonly end: number;
  /** What is to stand in its place for good; absent: whatever the guardrails put there. */
  readonly replacement?: string;
};

/** Looks through texts. Rejects when it gives no answer. */
export type AskRemote = (texts: readonly string[], signal: AbortSignal) => Promise<RemoteFinding[]>;

/** With a family such as `presidio.` before it, a type stays as short as those of the other guardrails. */
const TYPE_WORD_MAX_CHARS = 36;

/** A remote names types as it likes; here they are words of small letters, digits and hyphens. */
export function typeWord(name: string): string {
  const word = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, TYPE_WORD_MAX_CHARS);
  return word === "" ? "unnamed" : word;
}
