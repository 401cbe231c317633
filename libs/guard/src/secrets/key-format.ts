/**
 * The published form of a credential: a fixed beginning, and an expression (sticky, without nested repetition) for what
 * follows it.
 */
export type KeyFormat = { readonly kind: string; readonly anchor: string; readonly rest: RegExp };

/** Makes a format; what matches `rest` must not be followed by a letter, a digit or an underscore. */
export function keyFormat(kind: string, anchor: string, rest: string): KeyFormat {
  return { kind, anchor, rest: new RegExp(`(?:${rest})(?![A-Za-z0-9_])`, "y") };
}
