import type { Finding } from "../finding.ts";
import { scan, type Guard } from "../guard.ts";
import { heldFrom } from "./held-from.ts";

/** Released text that is kept, because what stands before a number says what it is. */
const CONTEXT_CHARS = 256;
/** The most that is held back; a finding that is longer is given out in parts. */
const STREAM_HELD_MAX_CHARS = 49_152;
/** From this length on, the held text is looked at only when it has grown by an eighth, so that the work stays linear. */
const EAGER_MAX_CHARS = 1_024;

/** Less than this is not worth a scan of its own, unless it is plain. */
const SCAN_MIN_CHARS = 32;
/** No built-in detector finds anything in a text without one of these, and with nothing of it shortly before. */
const REMARKABLE = /[0-9@:=_\\/]|-----|[A-Za-z]{16}|pass|secret|token|key|pwd/i;
const BEFORE_CHARS = 64;

/** Text that was judged, and what was found in it; `start` and `end` are of this text. */
export type Released = { readonly text: string; readonly findings: readonly Finding[] };

const NOTHING: Released = { text: "", findings: [] };

/**
 * Scans a text that comes in pieces, cut anywhere. Nothing is released before it was judged together with what can follow
 * it, and a finding is released as a whole, so that it can be redacted or the stream ended before any of it leaves. Plain
 * prose is held back for a word, what follows a digit for up to 128 units, and nothing for more than
 * STREAM_HELD_MAX_CHARS.
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

  /** All that was held back, when nothing follows. */
  end(): Released {
    return this.#release(this.#held.length);
  }

  /** Releases up to `until` at the most: a finding that goes on behind it is held back from its start on. */
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
