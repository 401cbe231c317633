import type { OperationEnvelope } from "@signalbox/dialects";
import type { DialectName, PlainOperation, SignalboxError } from "@signalbox/proto";
import type { Admission } from "../chat/admission.ts";
import { AnswerWriter } from "../chat/answer-writer.ts";
import type { Answering } from "../chat/answering.ts";
import { guardChat } from "../chat/guard-chat.ts";
import type { Config } from "../config.ts";
import type { RequestGuard } from "../guard/request-guard.ts";
import { readBody } from "../http/read-body.ts";
import type { Exchange } from "../http/route.ts";
import { requireOperation } from "../identity/require-operation.ts";
import type { KeyUsage } from "../keys/key-usage.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { Metrics } from "../metrics.ts";
import type { ModelList } from "../models/model-list.ts";
import { nameServing } from "./name-serving.ts";
import { readOperationRequest } from "./operation-request.ts";

/** What is asked for, and in which form. */
export type OperationAsked = {
  readonly operation: PlainOperation;
  readonly bodyType: "application/json" | "multipart/form-data";
  readonly dialect: DialectName;
  readonly envelope: OperationEnvelope | null;
};

/** Takes one request for an operation beside chat: on the same line, with the same records. */
export type TakeOperation = (
  exchange: Exchange & { readonly principal: Principal },
  asked: OperationAsked,
) => Promise<void>;

export function operationTaker(
  config: Config,
  context: {
    admission: Admission;
    answering: Answering;
    guard: RequestGuard | null;
    models: ModelList;
    usage: KeyUsage;
    metrics: Metrics;
  },
): TakeOperation {
  const { admission, answering, guard, models, usage, metrics } = context;
  const limits = { maxBytes: config.http.bodyMaxBytes, timeoutMs: config.http.bodyTimeoutMs };

  /** What adds the models that serve the operation to an error. */
  async function explainerFor(operation: PlainOperation): Promise<(error: SignalboxError) => SignalboxError> {
    const serving = await models.serving(operation);
    return (error) => nameServing(error, { operation, serving, offers: config.offers[operation] ?? [] });
  }

  return async ({ request, reply, principal }, { operation, bodyType, dialect, envelope }) => {
    const startedMs = performance.now();
    const receivedAtMs = Date.now();
    requireOperation(principal, operation);
    const room = admission.admit(principal.tenant, reply.raw);
    usage.used(principal.keyId, receivedAtMs);
    const read = readOperationRequest({
      requestId: request.id,
      receivedAtMs,
      startedMs,
      principal,
      headers: request.headers,
      body: await readBody(request.raw, { ...limits, type: bodyType, room }),
      operation,
      dialect,
      envelope,
      audit: config.audit,
      cacheEnabled: config.cache.enabled,
    });
    // Guardrails scan JSON alone; a form holds a recording and few words beside it.
    const asked = guard === null || bodyType !== "application/json" ? read : await guardChat(read, guard);
    const explain = await explainerFor(operation);
    reply.hijack();
    const writer = new AnswerWriter(reply.raw, {
      headers: { "x-request-id": request.id, "x-signalbox-audit": config.audit },
      stream: asked.facts.stream,
      caller: { dialect, envelope: null },
      startedMs,
      stalledTimeoutMs: config.deadlines.stalledClientTimeoutMs,
      metrics,
      explain,
    });
    await answering.answer(asked, writer);
  };
}
