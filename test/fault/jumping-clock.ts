/*
 * Imported before a process's own code, it sets that process's wall clock an hour back, and from then on two hours ahead
 * and back again, once a second. The monotonic clock goes on as ever, as it does when a machine's time is set.
 */

const HOUR_MS = 3_600_000;
const Real = Date;

function offsetMs(): number {
  return Math.floor(performance.now() / 1_000) % 2 === 0 ? -HOUR_MS : HOUR_MS;
}

class JumpingDate extends Real {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(Real.now() + offsetMs());
    else super(given[0]);
  }

  static override now(): number {
    return Real.now() + offsetMs();
  }
}

globalThis.Date = JumpingDate as DateConstructor;
