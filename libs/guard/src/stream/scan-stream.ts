import type { Finding } from "../finding.ts";
import { scan, type Guard } from "../guard.ts";
import { heldFrom } from "./held-from.ts";

/** How much released text is remembered, because words before a number say what it is. */
const CONTEXT_CHARS = 256;
/** The most that is held back; a finding that is longer is given out in parts. */
const STREAM_HELD_MAX_CHARS = 49_152;
/** From this length on, the held text is looked at only when it has grown by an eighth, so that the work stays linear. */
const EAGER_MAX_CHARS = 1_024;

/** Less text than this is not scanned by itself, because each scan has a fixed cost. */
const SCAN_MIN_CHARS = 32;
/** In a text without any of these, and without any shortly before it, no built-in detector finds anything. */
const REMARKABLE = /[0-9@:=_\\/]|-----|[A-Za-z]{16}|pass|secret|token|key|pwd/i;
const BEFORE_CHARS = 64;

/** Text that was judged, and what was found in it; `start` and `end` are of this text. */
export type Released = { readonly text: string; readonly findings: readonly Finding[] };

const NOTHING: Released = { text: "", findings: [] };

/**
 * Scans a text that comes in pieces, cut anywhere. Text is released only when nothing that follows can make it part of a
 * finding, and a finding is released whole, so that it can be redacted, or the stream ended, before any of it is sent. Prose
 * is held back for one word, text after a digit for up to 128 units, and nothing beyond STREAM_HELD_MAX_CHARS.
 */
export class ScanStream {
  readonly #guard: Guard;
  /** The end of what was released. */
  #context = "";
  #held = "";
  #judgedChars = 0;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  push(piece: string): Released {
    this.#held += piece;
    const grown = this.#held.length - this.#judgedChars;
    if (this.#judgedChars > EAGER_MAX_CHARS && grown < this.#judgedChars >> 3) return NOTHING;
    this.#judgedChars = this.#held.length;
    const from = heldFrom(this.#context + this.#held, this.#guard.ownMaxChars) - this.#context.length;
    const until = Math.max(from, this.#held.length - STREAM_HELD_MAX_CHARS);
    if (until > 0 && this.#isPlain(until)) return { text: this.#take(until), findings: [] };
    return until < Math.max(SCAN_MIN_CHARS, this.#guard.ownMaxChars >> 1) ? NOTHING : this.#release(until);
  }

  #isPlain(until: number): boolean {
    if (this.#guard.ownMaxChars > 0) return false;
    return !REMARKABLE.test(this.#context.slice(-BEFORE_CHARS) + this.#held.slice(0, until));
  }

  /** Ends the text, and releases all that was held back. */
  end(): Released {
    return this.#release(this.#held.length);
  }

  /** Releases at most up to `until`; a finding that continues beyond it is held back from its start. */
  #release(until: number): Released {
    if (until <= 0) return NOTHING;
    const before = this.#context.length;
    const findings = scan(this.#context + this.#held, this.#guard)
      .filter(({ end }) => end > before)
      .map(({ type, start, end }) => ({ type, start: Math.max(start - before, 0), end: end - before }));
    const cut = this.#cut(findings, until);
    if (cut <= 0) return NOTHING;
    return {
      text: this.#take(cut),
      findings: findings.flatMap((each) => (each.start >= cut ? [] : [{ ...each, end: Math.min(each.end, cut) }])),
    };
  }

  #take(until: number): string {
    const text = this.#held.slice(0, until);
    this.#held = this.#held.slice(until);
    this.#judgedChars = this.#held.length;
    this.#context = contextOf(this.#context + text);
    return text;
  }

  #cut(findings: readonly Finding[], until: number): number {
    if (this.#held.length > STREAM_HELD_MAX_CHARS) return until;
    let cut = until;
    for (const { start, end } of findings.toReversed()) if (start < cut && end > cut) cut = start;
    return cut;
  }
}

/** The last units, from a word's beginning on, so that no half of a word is taken for one. */
function contextOf(text: string): string {
  if (text.length <= CONTEXT_CHARS) return text;
  const tail = text.slice(-CONTEXT_CHARS);
  const space = tail.search(/\s/);
  return space === -1 ? "" : tail.slice(space);
}
