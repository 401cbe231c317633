import { repeatWork } from "@signalbox/kit";
import { bookRegister, type BookingOptions } from "./book-register.ts";
import type { LeaseExpiry } from "./expire-leases.ts";

/** In case a message about new leaves is lost. */
const LOOK_EVERY_MS = 500;
/** Booking costs nearly the same for one leaf as for hundreds, so leaves gather while nobody waits for them. */
const GATHER_MS = 250;
/** Longer under load, because decisions that begin and end within one batch are booked as one sum. */
const GATHER_BUSY_MS = 1_000;
const BUSY_LEAVES = 100;
const HURRIED_MS = 5;

/** Books the register into the accounts all the time, and expires leases of dead instances. */
type Booking = AsyncDisposable & {
  /** The register has grown. */
  nudge(): void;
  /** A request waits for what ended requests have left over. */
  hurry(): void;
};

export function keepBooked(options: BookingOptions & { expiry: LeaseExpiry; expireEveryMs: number }): Booking {
  const { book, expiry, expireEveryMs, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let isDirty = false;
  let isHurried = false;
  let expiredAtMs = -Infinity;
  let gatherMs = GATHER_MS;
  let isFailing = false;

  async function work(): Promise<void> {
    // A run is due soon anyway; leaves gather for it.
    if (!book.hasBudgets || timer !== undefined) return;
    let isBusy = false;
    for (let more = true; more || isDirty;) {
      isDirty = false;
      const booked = await bookRegister(options);
      more = booked.more;
      isBusy ||= booked.leaves >= BUSY_LEAVES;
    }
    gatherMs = isBusy ? GATHER_BUSY_MS : GATHER_MS;
    if (performance.now() - expiredAtMs >= expireEveryMs) {
      expiredAtMs = performance.now();
      await expiry.run(Date.now());
    }
    isFailing = false;
  }

  function onFailure(error: unknown): void {
    if (!isFailing) log.error({ err: error }, "the register cannot be booked; what is reserved stays so");
    isFailing = true;
  }

  const looking = repeatWork({ everyMs: LOOK_EVERY_MS, work, onFailure });

  function run(): void {
    timer = undefined;
    isHurried = false;
    isDirty = true;
    void looking.run();
  }

  function nudge(): void {
    timer ??= setTimeout(run, gatherMs);
  }

  function hurry(): void {
    if (isHurried) return;
    isHurried = true;
    clearTimeout(timer);
    timer = setTimeout(run, HURRIED_MS);
  }

  return {
    nudge,
    hurry,
    [Symbol.asyncDispose]() {
      clearTimeout(timer);
      return looking[Symbol.asyncDispose]();
    },
  };
}
