import { hash } from "node:crypto";
import { ingressOf, type OpenFilter, readJson } from "@signalbox/dialects";
import type { RequestForm } from "@signalbox/guard";
import { SignalboxError } from "@signalbox/proto";
import { requestFormOf } from "../guard/request-form.ts";
import type { RedactedBody, RequestGuard } from "../guard/request-guard.ts";
import type { ChatRequest } from "./chat-request.ts";

/** The content signal of a request that holds more text than is looked through. */
const INCOMPLETE = "guard.incomplete";
/** The most content signals that go down the line; the most strictly treated types come first. */
const CONTENT_MAX = 32;
const NO_VIEW = { system: "", conversation: "", lastUser: "", truncated: false };

/**
 * The request with what the guardrails found in it. A blocked one goes down the line without its text, because it will be
 * refused. The cache key covers the guardrails document, so that another document never serves the answer.
 */
export async function guardChat(chat: ChatRequest, guard: RequestGuard): Promise<ChatRequest> {
  const inspection = await guard.inspect(chat.body, () => formOf(chat));
  const { found, complete, action } = inspection.facts;
  const content = [...(complete ? [] : [INCOMPLETE]), ...found.map(({ type }) => type)].slice(0, CONTENT_MAX);
  const { cache } = chat.facts;
  const isBlocked = action === "block";
  const key = cache.key === null || isBlocked ? null : hash("sha256", `${cache.key}\n${guard.config}`, "hex");
  return {
    ...chat,
    facts: { ...chat.facts, guard: inspection.facts, cache: { ...cache, mode: isBlocked ? "off" : cache.mode, key } },
    view: isBlocked ? NO_VIEW : chat.view,
    ...(content.length === 0 ? {} : { caller: { ...chat.caller, content } }),
    inspection,
  };
}

/** The parts of a chat that the document's `form` and `tools` bound; null for operations beside chat, which have none. */
function formOf({ body, envelope, facts }: ChatRequest): RequestForm | null {
  if (facts.operation !== "chat") return null;
  const json = readJson(body.toString("utf8"));
  return requestFormOf(ingressOf(facts.dialect).parseRequest(json, envelope ?? undefined));
}

/** The body as it may be sent on; an error when the decision orders a redaction and there are no guardrails to make it. */
export function bodyToSend(
  { body, inspection }: ChatRequest,
  guard: RequestGuard | null,
  ordered: string[] | undefined,
): RedactedBody | SignalboxError {
  if (guard !== null && inspection !== undefined) {
    return guard.redact(body, { findings: inspection.findings, ordered: ordered ?? [] });
  }
  if (ordered === undefined) return { body, redaction: null };
  return new SignalboxError(
    "policy-refused",
    `The policy orders ${ordered.join(", ")} taken out of the request, and there are no guardrails to find it.`,
  );
}

/** Restores in a cached answer what was redacted in the request that it answers; null when nothing was. */
export function restorerFor(
  { body, inspection }: ChatRequest,
  guard: RequestGuard,
  ordered: string[],
): OpenFilter | null {
  const { redaction } = guard.redact(body, { findings: inspection?.findings ?? [], ordered });
  return redaction === null ? null : guard.restorer(redaction);
}
