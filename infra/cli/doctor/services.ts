import { fail, ok, type Check, PROBE_TIMEOUT_MS } from "./check.ts";

/** Whether each service says that it can do its work: one that stands still has a process, and listens, and does nothing. */
export function servicesCheck(metricsUrls: Readonly<Record<string, string>>): Check {
  return {
    name: "services",
    look: async () => {
      const asked = Object.entries(metricsUrls).map(async ([stage, url]) => ({ stage, why: await whyNotReady(url) }));
      const unready = (await Promise.all(asked)).filter(({ why }) => why !== null);
      if (unready.length === 0) return ok(`all ${asked.length} are ready`);
      return fail(
        unready.map(({ stage, why }) => `${stage} ${why}`).join(", "),
        "Read that service's log below <home>/logs. One that says nothing for a minute is ended and started again.",
      );
    },
  };
}

async function whyNotReady(metricsUrl: string): Promise<string | null> {
  try {
    const answer = await fetch(new URL("/readyz", metricsUrl), { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await answer.body?.cancel();
    return answer.ok ? null : "is not ready";
  } catch {
    return "does not answer";
  }
}
