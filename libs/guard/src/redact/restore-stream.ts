import { PLACEHOLDER_MAX_CHARS, type Redaction } from "./redaction.ts";
import { restore, type RestoreForm } from "./restore.ts";

/** What may be the beginning of a placeholder at a text's end. */
const OPEN = /\[(?:[A-Z]{0,9}|[A-Z]{1,9}_\d{0,7})$/;

/**
 * Puts the originals back into a text that comes in pieces, cut anywhere. Held back is only what may be the beginning of a
 * placeholder, which is less than PLACEHOLDER_MAX_CHARS; a text that has none is passed on as it comes.
 */
export class RestoreStream {
  readonly #redaction: Redaction;
  readonly #form: RestoreForm;
  #held = "";

  constructor(redaction: Redaction, form: RestoreForm = "plain") {
    this.#redaction = redaction;
    this.#form = form;
  }

  /** What may go on: all of it is restored. */
  push(piece: string): string {
    if (this.#redaction.originals.size === 0) return piece;
    const text = this.#held + piece;
    const open = openedAt(text);
    this.#held = text.slice(open);
    return restore(text.slice(0, open), this.#redaction, this.#form);
  }

  /** What was held back, when nothing follows. */
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
