import { hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import {
  factsOf,
  ingressOf,
  labelsOf,
  textViewOf,
  type NeutralRequest,
  type RequestEnvelope,
} from "@signalbox/dialects";
import {
  SignalboxError,
  VIEW_MAX_BYTES,
  type ClassifyItem,
  type DialectName,
  type Labels,
  type RequestFacts,
  type CallerContext,
  type Residency,
} from "@signalbox/proto";
import { canonicalize } from "@signalbox/tlog";
import type { Inspection } from "../guard/request-guard.ts";
import { parseJsonBody } from "../http/read-body.ts";
import { readNested } from "../http/read-nested.ts";
import type { Principal } from "../keys/key-ring.ts";
import { tenantDigest } from "../keys/tenant-digest.ts";
import { isDeterministic } from "./cache-rule.ts";
import { recordedModel } from "./recorded-model.ts";
import { parseRequestHeaders, type RequestHeaders } from "./request-headers.ts";
import { traceparentOf } from "./traceparent.ts";

/** A chat request as the line knows it: the facts travel, the body stays here until a dispatcher is named. */
export type ChatRequest = {
  /** As the client sent it, byte for byte. */
  readonly body: Buffer;
  /** What it says outside its body; null for dialects that say all in it. */
  readonly envelope: RequestEnvelope | null;
  /** All but the attempt, which each try of the line has its own of. */
  readonly facts: Omit<RequestFacts, "attempt">;
  readonly view: ClassifyItem["view"];
  readonly labels: Labels | null;
  readonly traceparent: string;
  readonly includeUsage: boolean;
  /** What the rules of a policy may read beside the facts; absent when the caller said nothing of it. */
  readonly caller?: CallerContext;
  /** What the conversation that it goes on from is held to; absent: to nothing. */
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
  /** What the body says, where it has been read already. */
  readonly json?: unknown;
  /** What the conversation that it goes on from is held to, where there is one. */
  readonly residency?: readonly Residency[];
  readonly dialect: DialectName;
  readonly envelope: RequestEnvelope | null;
  readonly audit: RequestFacts["audit"];
  readonly cacheEnabled: boolean;
};

/** Reads and checks a request. Throws `invalid-request` naming what is wrong, never what was said. */
export function readChatRequest(input: ChatInput): ChatRequest {
  const { dialect, envelope } = input;
  const json = input.json ?? parseJsonBody(input.body);
  const request = readNested(() => ingressOf(dialect).parseRequest(json, envelope ?? undefined));
  const headers = parseRequestHeaders(input.headers);
  const labels: Labels = { ...labelsOf(request), ...(headers.tags.length === 0 ? {} : { tags: [...headers.tags] }) };
  const { tenant, keyId, digestKey } = input.principal;
  const digest = (text: string): string => tenantDigest(digestKey, text);
  // First of all, because it refuses nesting that would exhaust the stack elsewhere.
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
      labels: {
        user: labels.user === undefined ? null : digest(labels.user),
        metadata: labels.metadata === undefined ? null : digest(canonicalText(labels.metadata)),
        tags: headers.tags.map(digest),
      },
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

/** What the rules of a policy may read beside the facts: what is known of who asks, and what they say of the request. */
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

/** A request that the cache may not be asked about has no key: nothing could use it. */
function cacheFacts(
  request: NeutralRequest,
  { dialect, tenant, mode }: { dialect: DialectName; tenant: string; mode: RequestHeaders["cache"] },
): RequestFacts["cache"] {
  const deterministic = isDeterministic(request);
  if (mode === "off" || (mode === "auto" && !deterministic)) return { mode, deterministic, key: null };
  const fields = canonicalText(ingressOf(dialect).cacheFieldsOf(request));
  return { mode, deterministic, key: hash("sha256", `${tenant}\n${dialect}\n${fields}`, "hex") };
}

/** The canonical JSON of what a caller sent. Throws `invalid-request` where it has none. */
export function canonicalText(value: unknown): string {
  try {
    return canonicalize(value, { numbers: "any" });
  } catch (error) {
    // The message names the kind of fault and never the value.
    const problem = error instanceof TypeError ? error.message : "it cannot be read";
    throw new SignalboxError("invalid-request", `Invalid request body: ${problem}.`, { cause: error });
  }
}
