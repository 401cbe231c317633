import autocannon from "autocannon";
import type { LoadOrder, LoadResult } from "./load.ts";
import { percentile } from "./percentile.ts";
import { isComplete, requestBody } from "./scenario.ts";

const SAMPLE_MS = 50;
const TIMEOUT_SECONDS = 20;

process.on("message", (order: LoadOrder) => {
  void runLoad(order).then((result) => process.send?.(result));
});
process.once("disconnect", () => {
  process.exit(0);
});

let sequence = 0;

function runLoad({ url, headers, scenario, connections, warmUpSeconds, seconds }: LoadOrder): Promise<LoadResult> {
  const latencies: number[] = [];
  const fromMs = performance.now() + warmUpSeconds * 1_000;
  const toMs = fromMs + seconds * 1_000;
  return new Promise((resolve, reject) => {
    const body = requestBody(scenario);
    const request = { method: "POST", path: "/v1/chat/completions", body };
    const run = autocannon(
      {
        url,
        connections,
        duration: warmUpSeconds + seconds,
        sampleInt: SAMPLE_MS,
        timeout: TIMEOUT_SECONDS,
        requests: [
          {
            ...request,
            headers: { ...headers, "content-type": "application/json" },
            ...(scenario === "lookup"
              ? { setupRequest: (each) => ({ ...each, body: requestBody(scenario, uniqueText()) }) }
              : {}),
          },
        ],
        verifyBody: (answer) => isComplete(scenario, answer),
      },
      (error, result) => {
        if (error !== null) {
          reject(error);
          return;
        }
        const { errors, timeouts, mismatches, non2xx } = result;
        resolve({
          requestsPerSecond: latencies.length / seconds,
          p50Ms: percentile(latencies, 0.5),
          p99Ms: percentile(latencies, 0.99),
          completed: latencies.length,
          failed: Math.max(mismatches, non2xx) + errors + timeouts,
        });
      },
    );
    // autocannon's own histogram counts in whole milliseconds, which is more than most of these answers take.
    run.on("response", (...[, statusCode, , latencyMs]: [unknown, number, number, number]) => {
      const nowMs = performance.now();
      if (statusCode === 200 && nowMs >= fromMs && nowMs < toMs) latencies.push(latencyMs);
    });
  });
}

/** Of no other request of this or any other run. */
function uniqueText(): string {
  sequence += 1;
  return `${process.pid}-${Date.now()}-${sequence}`;
}
