import type { Guardrails } from "@signalbox/guard";
import { type Logger, readGuardrails } from "@signalbox/kit";
import type { RemoteGuards } from "@signalbox/kit/remote-guards";
import { type DispatchOrder, RequestRedaction } from "@signalbox/proto";
import type { AnswerGuard } from "./answer-guard.ts";

/** Makes the guard of one request's answer; null when there is nothing to look for and nothing to put back. */
export type OpenAnswerGuard = (order: DispatchOrder, redactionJson: string) => AnswerGuard | null;

/** The guardrails of a file, if there are any. Throws ConfigError when they cannot be used. */
export async function openAnswerGuards(path: string | null, log: Logger): Promise<OpenAnswerGuard> {
  const guardrails = path === null ? null : await readGuardrails(path);
  // A line without guardrails does not load what they need.
  if (guardrails === null) return () => null;
  const { AnswerGuard: Guard } = await import("./answer-guard.ts");
  const remote = await remoteOf(guardrails, log);
  const looks = guardrails.document.answer.rules.length > 0 || guardrails.toolRules !== null || remote !== null;
  return ({ dialect }, redactionJson) => {
    const request = readRedaction(redactionJson);
    if (request === null && !looks) return null;
    return new Guard({ guardrails: looks ? guardrails : null, remote, request, dialect });
  };
}

async function remoteOf({ document: { remote = [] } }: Guardrails, log: Logger): Promise<RemoteGuards | null> {
  if (remote.length === 0) return null;
  const { openRemoteGuards } = await import("@signalbox/kit/remote-guards");
  return openRemoteGuards(remote, { direction: "answer", log });
}

function readRedaction(json: string): RequestRedaction | null {
  return json === "" ? null : RequestRedaction.parse(JSON.parse(json));
}
