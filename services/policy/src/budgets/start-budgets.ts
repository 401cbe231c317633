import type { Bus, Logger } from "@signalbox/kit";
import type { Catalogue } from "@signalbox/proto";
import type { Account } from "./account-lease.ts";
import { readWebhook } from "./alert-webhook.ts";
import { BudgetBook } from "./budget-book.ts";
import { BudgetLeases } from "./budget-leases.ts";
import { followRecalls, sendNotice } from "./budget-notices.ts";
import type { BudgetDatabase } from "./budget-store.ts";
import type { BudgetsConfig } from "./config.ts";
import { LeaseExpiry } from "./expire-leases.ts";
import { keepBooked } from "./keep-booked.ts";
import { NOBODY_TO_TELL, tellAlerts } from "./tell-alerts.ts";

type Budgets = AsyncDisposable & {
  readonly book: BudgetBook;
  readonly leases: BudgetLeases;
  /** The register has new outcomes. */
  onOutcomes(): void;
};

/** Reads the budgets, then follows their changes, books the register and answers recalls until it is disposed of. */
export async function startBudgets(options: {
  bus: Bus;
  db: BudgetDatabase;
  log: Logger;
  /** Read anew each time, because the catalogue in force may be replaced. */
  documents: { readonly catalogue: Catalogue };
  config: BudgetsConfig;
}): Promise<Budgets> {
  const { bus, db, log, documents, config } = options;
  const { instance } = bus;
  await using starting = new AsyncDisposableStack();
  const book = starting.use(await BudgetBook.open({ db, log, pollMs: config.pollMs }));
  const recall = ({ budget, subject, window }: Account): void => {
    const whose = subject === "" ? {} : { subject };
    sendNotice(bus, log, { kind: "recall", budget: budget.id, ...whose, startsMs: window.startsMs, instance });
  };
  const hurry = (): void => {
    booking.hurry();
  };
  const leases = starting.use(new BudgetLeases({ db, instance, log, recall, hurry, leaseMs: config.leaseMs }));
  starting.use(
    followRecalls(bus, log, ({ budget, startsMs, subject }) => {
      leases.giveBackUnused(budget, startsMs, subject);
    }),
  );
  const { webhook } = config;
  const telling = webhook === null ? NOBODY_TO_TELL : tellAlerts({ db, log, webhook: readWebhook(webhook) });
  starting.use(telling);
  const expiry = new LeaseExpiry({ bus, db, log, recordedWithinMs: config.recordedWithinMs });
  const booking = starting.use(
    keepBooked({
      db,
      book,
      get catalogue() {
        return documents.catalogue;
      },
      log,
      expiry,
      expireEveryMs: config.expireEveryMs,
      notify: (notice) => {
        sendNotice(bus, log, notice);
        telling.nudge();
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
