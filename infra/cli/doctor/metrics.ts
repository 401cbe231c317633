import { PROBE_TIMEOUT_MS } from "./check.ts";

/** What a service measures, in Prometheus' text format. Throws when it does not answer in time. */
export async function readMetrics(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.text();
}

/** The sum of a metric over all its labels, or over those samples that bear one, such as `status="quarantined"`; 0 where there is none. */
export function metricSum(text: string, name: string, label = ""): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name} `) || (line.startsWith(`${name}{`) && line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
