import { setTimeout as sleep } from "node:timers/promises";
import { fail, ok, warn, type Check } from "./check.ts";
import { metricSum, readMetrics } from "./metrics.ts";

/** Checkpoints are signed twice a second while the log grows. */
const SIGNED_WITHIN_MS = 2_500;

const READ_LOG = "Read <home>/logs/audit-ledger.log";

/** Whether all that was recorded has become leaves, since the ledger's process started, and leaves are signed for. */
export function recordsCheck(metricsUrl: string | undefined, withinMs = SIGNED_WITHIN_MS): Check[] {
  if (metricsUrl === undefined) return [];
  return [
    {
      name: "records",
      look: async () => {
        try {
          const first = await readMetrics(metricsUrl);
          const different = metricSum(first, "signalbox_ledger_sampled_replays_total", 'result="different"');
          if (different > 0) {
            return fail(
              `${different} recorded decisions came out otherwise when replayed`,
              `${READ_LOG}: it names them.`,
            );
          }
          const unsigned = await unsignedLeaves(first, metricsUrl, withinMs);
          if (unsigned > 0) return fail(`no checkpoint is signed over the newest ${unsigned} leaves`, `${READ_LOG}.`);
          const aside = metricSum(first, "signalbox_ledger_events_total", 'status="quarantined"');
          const missing = metricSum(first, "signalbox_ledger_missing_events_total");
          if (aside + missing === 0) return ok("none is kept aside, none is missing");
          return warn(
            `${aside} events are kept aside and ${missing} are missing since the ledger started`,
            `${READ_LOG}: each line with 'quarantined' or 'missing' names the events and the reason.`,
          );
        } catch (error) {
          return fail(`audit-ledger does not tell: ${(error as Error).message}`, `${READ_LOG}.`);
        }
      },
    },
  ];
}

/** Leaves that still have no checkpoint after a while in which they should have got one; 0 for a ledger that stands by. */
async function unsignedLeaves(first: string, metricsUrl: string, withinMs: number): Promise<number> {
  const size = metricSum(first, "signalbox_ledger_size");
  if (metricSum(first, "signalbox_ledger_leading") === 0 || signedSize(first) >= size) return 0;
  await sleep(withinMs);
  return Math.max(0, size - signedSize(await readMetrics(metricsUrl)));
}

function signedSize(metrics: string): number {
  return metricSum(metrics, "signalbox_ledger_checkpoint_size");
}
