import { PLACEHOLDER_MAX_CHARS, type Redaction } from "./redaction.ts";
import { restore, type RestoreForm } from "./restore.ts";

/** A possible beginning of a placeholder at a text's end. */
const OPEN = /\[(?:[A-Z]{0,9}|[A-Z]{1,9}_\d{0,7})$/;

/**
 * Restores the originals in a text that comes in pieces, cut anywhere. It holds back only a possible beginning of a
 * placeholder at the end, which is shorter than PLACEHOLDER_MAX_CHARS.
 */
export class RestoreStream {
  readonly #redaction: Redaction;
  readonly #form: RestoreForm;
  #held = "";

  constructor(redaction: Redaction, form: RestoreForm = "plain") {
    this.#redaction = redaction;
    this.#form = form;
  }

  /** Takes a piece, and returns the restored text that may be sent on. */
  push(piece: string): string {
    if (this.#redaction.originals.size === 0) return piece;
    const text = this.#held + piece;
    const open = openedAt(text);
    this.#held = text.slice(open);
    return restore(text.slice(0, open), this.#redaction, this.#form);
  }

  /** Ends the text, and returns what was held back. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}

function openedAt(text: string): number {
  const bracket = text.lastIndexOf("[");
  if (bracket === -1 || text.length - bracket >= PLACEHOLDER_MAX_CHARS) return text.length;
  return OPEN.test(text.slice(bracket)) ? bracket : text.length;
}
