import type { Guardrails } from "@signalbox/guard";
import { readGuardrails } from "@signalbox/kit";
import { type DispatchOrder, RequestRedaction } from "@signalbox/proto";
import type { AnswerGuard } from "./answer-guard.ts";

/** Makes the guard of one request's answer; null when there is nothing to look for and nothing to put back. */
export type OpenAnswerGuard = (order: DispatchOrder, redactionJson: string) => AnswerGuard | null;

/** The guardrails of a file, if there are any. Throws ConfigError when they cannot be used. */
export async function openAnswerGuards(path: string | null): Promise<OpenAnswerGuard> {
  const guardrails = path === null ? null : await readGuardrails(path);
  // A line without guardrails does not load what they need.
  if (guardrails === null) return () => null;
  const { AnswerGuard: Guard } = await import("./answer-guard.ts");
  return ({ dialect }, redactionJson) => {
    const request = readRedaction(redactionJson);
    const scanning = scans(guardrails) ? guardrails : null;
    return request === null && scanning === null ? null : new Guard({ guardrails: scanning, request, dialect });
  };
}

function scans({ document }: Guardrails): boolean {
  return document.answer.rules.length > 0;
}

function readRedaction(json: string): RequestRedaction | null {
  return json === "" ? null : RequestRedaction.parse(JSON.parse(json));
}
