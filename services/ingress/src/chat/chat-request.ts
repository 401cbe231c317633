import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import {
  factsOf,
  ingressOf,
  labelsOf,
  readJson,
  textViewOf,
  type NeutralRequest,
  type RequestEnvelope,
} from "@signalbox/dialects";
import {
  VIEW_MAX_BYTES,
  type ClassifyItem,
  type DialectName,
  type Labels,
  type RequestFacts,
  type CallerContext,
  type Residency,
} from "@signalbox/proto";
import type { Inspection } from "../guard/request-guard.ts";
import { parseJsonBody } from "../http/read-body.ts";
import { readNested } from "../http/read-nested.ts";
import type { Principal } from "../keys/key-ring.ts";
import { tenantDigest } from "../keys/tenant-digest.ts";
import { isDeterministic } from "./cache-rule.ts";
import { canonicalText } from "./canonical-text.ts";
import { labelDigests } from "./label-digests.ts";
import { recordedModel } from "./recorded-model.ts";
import { parseRequestHeaders, type RequestHeaders } from "./request-headers.ts";
import { traceparentOf } from "./traceparent.ts";

/** A request as ingress holds it: the facts go down the line, the body stays here until a dispatcher is named. */
export type ChatRequest = {
  /** As the client sent it, byte for byte. */
  readonly body: Buffer;
  /** What it says outside its body; null for dialects that say everything in it. */
  readonly envelope: RequestEnvelope | null;
  /** Its facts, but for `attempt`, which differs from try to try. */
  readonly facts: Omit<RequestFacts, "attempt">;
  readonly view: ClassifyItem["view"];
  readonly labels: Labels | null;
  readonly traceparent: string;
  readonly includeUsage: boolean;
  /** What a policy's rules may read beside the facts; absent when nothing is known. */
  readonly caller?: CallerContext;
  /** What the conversation that it continues is held to; absent: nothing. */
  readonly residency?: readonly Residency[];
  /** What the guardrails found in it; absent when there are none. */
  readonly inspection?: Inspection;
  /** `performance.now()` at the request's head, for durations. */
  readonly startedMs: number;
};

export type ChatInput = {
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly startedMs: number;
  readonly principal: Principal;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The parsed body, where it has been parsed already. */
  readonly json?: unknown;
  /** What the conversation that it continues is held to, where there is one. */
  readonly residency?: readonly Residency[];
  readonly dialect: DialectName;
  readonly envelope: RequestEnvelope | null;
  readonly audit: RequestFacts["audit"];
  readonly cacheEnabled: boolean;
};

/** Reads and checks a request. Throws `invalid-request`, whose message names the field at fault and never its text. */
export function readChatRequest(input: ChatInput): ChatRequest {
  const { dialect, envelope } = input;
  const json = input.json ?? parseJsonBody(input.body, readJson);
  const request = readNested(() => ingressOf(dialect).parseRequest(json, envelope ?? undefined));
  const headers = parseRequestHeaders(input.headers);
  const labels: Labels = { ...labelsOf(request), ...(headers.tags.length === 0 ? {} : { tags: [...headers.tags] }) };
  const { tenant, keyId, digestKey } = input.principal;
  const digest = (text: string): string => tenantDigest(digestKey, text);
  // Before anything else that walks the body, because it refuses nesting that would exhaust the stack there.
  const bodyDigest = digest(canonicalText(request.source.body));
  return {
    body: input.body,
    envelope,
    facts: {
      requestId: input.requestId,
      tenant,
      keyId,
      operation: "chat",
      dialect,
      receivedAtMs: input.receivedAtMs,
      ...factsOf(request),
      model: recordedModel(request.model, digest),
      ...((ingressOf(dialect).ownOnly?.(request) ?? null) === null ? {} : ({ ownForm: true } as const)),
      bodyBytes: input.body.length,
      bodyDigest,
      cache: cacheFacts(request, { dialect, tenant, mode: input.cacheEnabled ? headers.cache : "off" }),
      labels: labelDigests(labels, digest),
      audit: input.audit,
    },
    view: textViewOf(request, VIEW_MAX_BYTES),
    labels: Object.keys(labels).length === 0 ? null : labels,
    traceparent: traceparentOf(input.headers["traceparent"], input.requestId),
    includeUsage: request.includeUsage,
    ...callerOf(headers, input.principal),
    ...(input.residency === undefined ? {} : { residency: input.residency }),
    startedMs: input.startedMs,
  };
}

/** What a policy's rules may read beside the facts: the caller's identity, and the tags and signals that it sends. */
export function callerOf(
  { tags, signals }: RequestHeaders,
  { caller: identity }: Pick<Principal, "caller">,
): Pick<ChatRequest, "caller"> {
  if (tags.length === 0 && Object.keys(signals).length === 0) return identity === undefined ? {} : { caller: identity };
  const caller = {
    ...identity,
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(Object.keys(signals).length === 0 ? {} : { signals: { ...signals } }),
  };
  return { caller };
}

/** A request that does not use the cache has no key. */
function cacheFacts(
  request: NeutralRequest,
  { dialect, tenant, mode }: { dialect: DialectName; tenant: string; mode: RequestHeaders["cache"] },
): RequestFacts["cache"] {
  const deterministic = isDeterministic(request);
  if (mode === "off" || (mode === "auto" && !deterministic)) return { mode, deterministic, key: null };
  const fields = canonicalText(ingressOf(dialect).cacheFieldsOf(request));
  return { mode, deterministic, key: hash("sha256", `${tenant}\n${dialect}\n${fields}`, "hex") };
}
