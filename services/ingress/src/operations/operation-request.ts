import { hash } from "node:crypto";
import { factsOfOperation, openOperation, type OperationCall, type OperationEnvelope } from "@signalbox/dialects";
import { type Labels, type PlainOperation, type RequestFacts, VIEW_MAX_BYTES } from "@signalbox/proto";
import { canonicalText } from "../chat/canonical-text.ts";
import { callerOf, type ChatInput, type ChatRequest } from "../chat/chat-request.ts";
import { labelDigests } from "../chat/label-digests.ts";
import { recordedModel } from "../chat/recorded-model.ts";
import { parseRequestHeaders, type RequestHeaders } from "../chat/request-headers.ts";
import { traceparentOf } from "../chat/traceparent.ts";
import { tenantDigest } from "../keys/tenant-digest.ts";
import { boundedText } from "./bounded-text.ts";

export type OperationInput = Omit<ChatInput, "envelope"> & {
  readonly operation: PlainOperation;
  readonly envelope: OperationEnvelope | null;
};

/**
 * Reads and checks a request for an operation, as a request that goes down the line like a chat. Throws `invalid-request`,
 * whose message names the field at fault and never its text.
 */
export function readOperationRequest(input: OperationInput): ChatRequest {
  const { operation, envelope } = input;
  const call = openOperation(operation, input.body, envelope ?? {});
  const headers = parseRequestHeaders(input.headers);
  const { tenant, keyId, digestKey } = input.principal;
  const digest = (text: string): string => tenantDigest(digestKey, text);
  // Before anything else that walks the body, because it refuses nesting that would exhaust the stack there.
  const bodyDigest = digest(canonicalText(call.canonical));
  const labels: Labels = {
    ...(call.user === null ? {} : { user: call.user }),
    ...(headers.tags.length === 0 ? {} : { tags: [...headers.tags] }),
  };
  return {
    body: input.body,
    envelope,
    facts: {
      requestId: input.requestId,
      tenant,
      keyId,
      operation,
      dialect: input.dialect,
      receivedAtMs: input.receivedAtMs,
      ...factsOfOperation(call.shape),
      model: recordedModel(call.shape.model, digest),
      bodyBytes: input.body.length,
      bodyDigest,
      cache: cacheFacts(call, { operation, tenant, mode: input.cacheEnabled ? headers.cache : "off" }),
      labels: labelDigests(labels, digest),
      audit: input.audit,
    },
    view: { system: "", conversation: "", ...boundedText(call.text, VIEW_MAX_BYTES) },
    labels: Object.keys(labels).length === 0 ? null : labels,
    traceparent: traceparentOf(input.headers["traceparent"], input.requestId),
    includeUsage: false,
    ...callerOf(headers, input.principal),
    startedMs: input.startedMs,
  };
}

/** An operation whose answers are never cached has no key, whatever its caller asks for. */
function cacheFacts(
  { cacheFields }: OperationCall,
  { operation, tenant, mode }: { operation: PlainOperation; tenant: string; mode: RequestHeaders["cache"] },
): RequestFacts["cache"] {
  if (mode === "off" || cacheFields === null) return { mode, deterministic: false, key: null };
  const key = hash("sha256", `${tenant}\n${operation}\n${canonicalText(cacheFields)}`, "hex");
  return { mode, deterministic: true, key };
}
