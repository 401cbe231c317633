import type { Bus, Logger } from "@signalbox/kit";
import type { Catalogue } from "@signalbox/proto";
import { BudgetBook } from "./budget-book.ts";
import { BudgetLeases } from "./budget-leases.ts";
import { followRecalls, sendNotice } from "./budget-notices.ts";
import type { BudgetDatabase } from "./budget-store.ts";
import type { BudgetsConfig } from "./config.ts";
import { LeaseExpiry } from "./expire-leases.ts";
import { keepBooked } from "./keep-booked.ts";

export type Budgets = AsyncDisposable & {
  readonly book: BudgetBook;
  readonly leases: BudgetLeases;
  /** The register has new outcomes. */
  onOutcomes(): void;
};

/** Reads the budgets, and from then on follows them, the register and what other instances need. */
export async function startBudgets(options: {
  bus: Bus;
  db: BudgetDatabase;
  log: Logger;
  catalogue: Catalogue;
  config: BudgetsConfig;
}): Promise<Budgets> {
  const { bus, db, log, catalogue, config } = options;
  const { instance } = bus;
  await using starting = new AsyncDisposableStack();
  const book = starting.use(await BudgetBook.open({ db, log, pollMs: config.pollMs }));
  const recall = (budget: string, startsMs: number): void => {
    sendNotice(bus, log, { kind: "recall", budget, startsMs, instance });
  };
  const leases = starting.use(new BudgetLeases({ db, instance, log, recall, leaseMs: config.leaseMs }));
  starting.use(
    followRecalls(bus, log, ({ budget, startsMs }) => {
      leases.giveBackUnused(budget, startsMs);
    }),
  );
  const expiry = new LeaseExpiry({ bus, db, log, recordedWithinMs: config.recordedWithinMs });
  const booking = starting.use(
    keepBooked({
      db,
      book,
      catalogue,
      log,
      expiry,
      expireEveryMs: config.expireEveryMs,
      notify: (notice) => {
        sendNotice(bus, log, notice);
      },
    }),
  );
  const running = starting.move();
  return {
    book,
    leases,
    onOutcomes: () => {
      if (book.hasBudgets) booking.nudge();
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
