import { isComplete, requestBody, type Scenario } from "./scenario.ts";
import type { Target } from "./target.ts";

const PROBE_TIMEOUT_MS = 20_000;

/** Asks a target once: null when its answer is complete, else what is wrong with it. */
export async function probe(target: Target, scenario: Scenario): Promise<string | null> {
  try {
    const response = await fetch(`${target.baseUrl}/v1/chat/completions`, {
      method: "POST",
      headers: { ...target.headers, "content-type": "application/json" },
      body: requestBody(scenario, "probe"),
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const body = await response.text();
    if (response.status === 200 && isComplete(scenario, body)) return null;
    return `status ${response.status}, ${JSON.stringify(body.slice(0, 200))}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
