import { type Bus, decodeJson, type Logger, subscribe } from "@signalbox/kit";
import { BUDGET_NOTICE_SUBJECT, BudgetNotice } from "@signalbox/proto";

const MICRO_PER_PERCENT = 10_000;

/** Publishes a notice to the other instances and to whoever subscribes; an alert is logged as well. */
export function sendNotice(bus: Bus, log: Logger, notice: BudgetNotice): void {
  if (notice.kind === "alert") {
    const { budget, subject, share, settled, amount } = notice;
    log.warn({ budget, subject, settled, amount, percent: share / MICRO_PER_PERCENT }, "a share of a budget is spent");
  }
  // Nothing is buffered while the connection is lost: the notice would be out of date.
  if (bus.isConnected()) bus.connection.publish(BUDGET_NOTICE_SUBJECT, JSON.stringify(notice));
}

/** Calls `onRecall` when another instance asks for what is unused. */
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
