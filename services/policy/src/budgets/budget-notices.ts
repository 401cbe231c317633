import { type Bus, decodeJson, type Logger, subscribe } from "@signalbox/kit";
import { BUDGET_NOTICE_SUBJECT, BudgetNotice } from "@signalbox/proto";

const MICRO_PER_PERCENT = 10_000;

/** Tells the other instances, and whoever listens. */
export function sendNotice(bus: Bus, log: Logger, notice: BudgetNotice): void {
  if (notice.kind === "alert") {
    const { budget, subject, share, settled, amount } = notice;
    log.warn({ budget, subject, settled, amount, percent: share / MICRO_PER_PERCENT }, "a share of a budget is spent");
  }
  // What is buffered while the connection is lost says nothing any more when it is back.
  if (bus.isConnected()) bus.connection.publish(BUDGET_NOTICE_SUBJECT, JSON.stringify(notice));
}

/** Follows what other instances need. */
export function followRecalls(
  bus: Bus,
  log: Logger,
  onRecall: (recall: { budget: string; startsMs: number; subject?: string | undefined }) => void,
): Disposable {
  return subscribe(bus, BUDGET_NOTICE_SUBJECT, {
    callback: (error, message) => {
      if (error !== null) {
        log.error({ err: error }, "the subscription failed");
        return;
      }
      const notice = BudgetNotice.safeParse(decodeJson(message.data)).data;
      if (notice?.kind === "recall" && notice.instance !== bus.instance) onRecall(notice);
    },
  });
}
