/** A server under measurement. All take the same request and end at the same mock. */
export type Target = AsyncDisposable & {
  readonly name: TargetName;
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The process whose descendants do the work. */
  readonly pid: number;
};

/**
 * direct: the mock itself; floor: a bare pass-through proxy; sketch: the line's messages without its work; before: Signalbox
 * of another checkout; the others are what their names say.
 */
export const TARGET_NAMES = ["direct", "floor", "sketch", "signalbox", "portkey"] as const;
export type TargetName = (typeof TARGET_NAMES)[number] | "before";
