import type { Logger } from "@signalbox/kit";
import { type AlertEnd, claimAlerts, type DueAlert, endAlert } from "./alert-store.ts";
import { postAlert, type Webhook } from "./alert-webhook.ts";
import type { BudgetDatabase } from "./budget-store.ts";

/** Longer than a try takes, so that nobody else tries at the same time. */
const HOLD_MS = 15_000;
const AT_ONCE_MAX = 8;
const LOOK_EVERY_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const WAIT_MAX_MS = 300_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** Delivers alerts to the operator's webhook in the background. */
type Telling = AsyncDisposable & {
  /** Looks for alerts at once, because there is a new one. */
  nudge(): void;
};

export const NOBODY_TO_TELL: Telling = { nudge: () => {}, [Symbol.asyncDispose]: () => Promise.resolve() };

/**
 * Delivers each alert until the webhook takes it: after waits that double, for a day, or until it answers 410. Any instance
 * may deliver an alert, and no two do so at the same time.
 */
export function tellAlerts(options: { db: BudgetDatabase; log: Logger; webhook: Webhook }): Telling {
  const { db, log } = options;
  let working: Promise<void> | null = null;
  let isDirty = false;
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  async function work(): Promise<void> {
    let waitMs = LOOK_EVERY_MS;
    try {
      do {
        isDirty = false;
        const due = await claimAlerts(db, { nowMs: Date.now(), holdMs: HOLD_MS, most: AT_ONCE_MAX });
        const waits = await Promise.all(due.map((alert) => tell(alert, options)));
        waitMs = Math.min(LOOK_EVERY_MS, ...waits);
        isDirty ||= due.length === AT_ONCE_MAX;
      } while (isDirty && !closing.signal.aborted);
    } catch (error) {
      log.warn({ err: error }, "alerts cannot be read now; they are told later");
    }
    if (!closing.signal.aborted) timer = setTimeout(run, waitMs).unref();
  }

  function run(): void {
    isDirty = true;
    clearTimeout(timer);
    working ??= work().finally(() => {
      working = null;
    });
  }

  run();
  return {
    nudge: run,
    async [Symbol.asyncDispose]() {
      closing.abort();
      clearTimeout(timer);
      await working;
    },
  };
}

/** Delivers one alert, and resolves with the milliseconds until the next look. */
async function tell(
  alert: DueAlert,
  { db, log, webhook }: { db: BudgetDatabase; log: Logger; webhook: Webhook },
): Promise<number> {
  const { budget, tries, atMs } = alert;
  const waitMs = Math.min(WAIT_MAX_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  const told = await postAlert(webhook, alert).catch((error: unknown) => {
    log.warn({ err: error, budget, tries }, "the webhook did not answer");
    return "refused" as const;
  });
  const end: AlertEnd =
    told === "told"
      ? { kind: "told" }
      : told === "gone" || Date.now() + waitMs > atMs + GIVE_UP_AFTER_MS
        ? { kind: "given-up" }
        : { kind: "again", atMs: Date.now() + waitMs };
  if (end.kind === "given-up") log.error({ budget, tries }, "an alert was told to nobody");
  await endAlert(db, alert, end);
  return end.kind === "again" ? waitMs : LOOK_EVERY_MS;
}
