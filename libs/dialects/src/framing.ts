/**
 * One event of a provider's stream, whatever frames it: a server-sent event, an element of a JSON array, a message of a binary event
 * stream. `event` is the name that the frame gives it, empty where it gives none; `data` is text, which nearly always is JSON.
 */
export type WireEvent = { readonly event: string; readonly data: string };

/**
 * Cuts bytes into events, wherever the bytes are cut. It holds at most one unfinished event, of a bounded size. Both methods throw
 * `upstream-error` for bytes that cannot be a stream of this kind; nothing may be pushed after that.
 */
export type EventParser = {
  /** The events that these bytes complete. */
  push(bytes: Uint8Array): readonly WireEvent[];
  /** What the body's end completes. */
  end(): readonly WireEvent[];
};
