import { readGuardrails } from "@signalbox/kit";
import type { RequestGuard } from "./request-guard.ts";

/** The guardrails of a file; null when there are none. */
export async function openGuard(path: string | null): Promise<RequestGuard | null> {
  if (path === null) return null;
  const guardrails = await readGuardrails(path);
  const { RequestGuard: Guard } = await import("./request-guard.ts");
  return new Guard(guardrails);
}
