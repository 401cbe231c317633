const STAMP = /@(\d+)@/g;

/** A word that says when it was written, by a clock that all processes of the machine share. */
export function stampNow(): string {
  return `@${process.hrtime.bigint()}@`;
}

/** The moments in a piece of a stream, in nanoseconds. */
export function stampsIn(text: string): bigint[] {
  return [...text.matchAll(STAMP)].map(([, digits]) => BigInt(digits!));
}
