import type { Logger } from "@signalbox/kit";
import { bookRegister, type BookingOptions } from "./book-register.ts";
import type { LeaseExpiry } from "./expire-leases.ts";

/** Should the word of new leaves be lost. */
const LOOK_EVERY_MS = 500;
/** A look costs the same for one leaf and for hundreds, so leaves are let gather while nobody waits for them. */
const GATHER_MS = 250;
const HURRIED_MS = 5;

/** Keeps the accounts up to the register, and ends the leases that nobody holds. */
export type Booking = AsyncDisposable & {
  /** The register has grown. */
  nudge(): void;
  /** A request waits for what others have left over. */
  hurry(): void;
};

export function keepBooked(options: BookingOptions & { expiry: LeaseExpiry; expireEveryMs: number }): Booking {
  const { book, expiry, expireEveryMs, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> | null = null;
  let isDirty = false;
  let isHurried = false;
  let expiredAtMs = 0;
  const failing = { is: false };

  async function work(): Promise<void> {
    try {
      do isDirty = false;
      while ((await bookRegister(options)) || isDirty);
      if (Date.now() - expiredAtMs >= expireEveryMs) {
        expiredAtMs = Date.now();
        await expiry.run(expiredAtMs);
      }
      failing.is = false;
    } catch (error) {
      report(log, failing, error);
    }
  }

  function run(): void {
    clearTimeout(timer);
    timer = undefined;
    isHurried = false;
    if (!book.hasBudgets) return;
    isDirty = true;
    working ??= work().finally(() => {
      working = null;
    });
  }

  function nudge(): void {
    timer ??= setTimeout(run, GATHER_MS);
  }

  function hurry(): void {
    if (isHurried) return;
    isHurried = true;
    clearTimeout(timer);
    timer = setTimeout(run, HURRIED_MS);
  }

  const looking = setInterval(run, LOOK_EVERY_MS);
  looking.unref();
  return {
    nudge,
    hurry,
    async [Symbol.asyncDispose]() {
      clearInterval(looking);
      clearTimeout(timer);
      await working;
    },
  };
}

function report(log: Logger, failing: { is: boolean }, error: unknown): void {
  if (!failing.is) log.error({ err: error }, "the register cannot be booked; what is reserved stays so");
  failing.is = true;
}
