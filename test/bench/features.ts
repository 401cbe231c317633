import { setTimeout as sleep } from "node:timers/promises";

/** What an operator may switch on. budgets and limits are charged with every request, and large enough never to refuse one. */
export const FEATURES = ["budgets", "limits", "guard"] as const;
export type Feature = (typeof FEATURES)[number];

/** Every policy instance has read what was made by then. */
const READ_WITHIN_MS = 1_000;

const MADE: Readonly<Record<Feature, readonly object[]>> = {
  budgets: [
    { name: "bench-all", scope: {}, limit: { usd: 1_000_000 }, window: "month" },
    { name: "bench-each-key", scope: {}, each: "key", limit: { usd: 100_000 }, window: "day" },
  ],
  limits: [
    { name: "bench-rpm", scope: {}, limit: { requests: 1_000_000_000 }, window: "minute" },
    { name: "bench-tpm", scope: {}, limit: { tokens: 1_000_000_000_000 }, window: "minute" },
    { name: "bench-at-once", scope: {}, limit: { concurrency: 1_000_000 } },
  ],
  guard: [],
};

/** Fields of the operator's file. */
export function withFeatures(features: readonly Feature[]): object {
  return features.includes("guard") ? { guardrails: { enabled: true } } : {};
}

/** What is made over the running line's API. */
export async function switchOn(
  features: readonly Feature[],
  { baseUrl, adminKey }: { baseUrl: string; adminKey: string },
): Promise<void> {
  const bodies = features.flatMap((feature) => MADE[feature]);
  const url = new URL("/admin/v1/budgets", baseUrl);
  const headers = { authorization: `Bearer ${adminKey}`, "content-type": "application/json" };
  for (const body of bodies) {
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`a budget was refused: ${await response.text()}`);
    await response.body?.cancel();
  }
  if (bodies.length > 0) await sleep(READ_WITHIN_MS);
}
