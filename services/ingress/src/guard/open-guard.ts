import { type Logger, readGuardrails } from "@signalbox/kit";
import type { RequestGuard } from "./request-guard.ts";

/** Opens the guardrails of a document; null without one. Throws ConfigError when it cannot be used. */
export async function openGuard(path: string | null, log: Logger): Promise<RequestGuard | null> {
  if (path === null) return null;
  const guardrails = await readGuardrails(path);
  const { RequestGuard: Guard } = await import("./request-guard.ts");
  const { remote = [] } = guardrails.document;
  if (remote.length === 0) return new Guard(guardrails);
  const { openRemoteGuards } = await import("@signalbox/kit/remote-guards");
  return new Guard(guardrails, openRemoteGuards(remote, { direction: "request", log }));
}
