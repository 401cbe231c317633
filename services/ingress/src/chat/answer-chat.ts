import { type ClassifyItem, type PipelineReply, SignalboxError } from "@signalbox/proto";
import type { AnswerTarget } from "./answer-target.ts";
import type { ChatLine } from "./chat-line.ts";
import type { ChatRequest } from "./chat-request.ts";
import { type Asked, finish, type Lost, recordAborted } from "./end-request.ts";
import { bodyToSend } from "./guard-chat.ts";
import { rateHeaders } from "./rate-headers.ts";
import { runDispatch } from "./run-dispatch.ts";
import { serveCached } from "./serve-cached.ts";

/** ended: the client has its answer. An error: the client gets it when no try is left. */
type Step = "ended" | SignalboxError;

/** The part of the pipeline's deadline that is reserved for recording how a failed request ended: the smaller of the two. */
const RECORD_RESERVE_MS = 2_500;
const RECORD_RESERVE_SHARE = 4;
const TRIES_MAX = 3;

/** Sends an admitted request down the line, and again where that is safe, until the client has an answer or a typed error. */
export async function answerChat(line: ChatLine, chat: ChatRequest, writer: AnswerTarget): Promise<void> {
  const { pipelineTimeoutMs } = line.deadlines;
  const deadlineAtMs = Date.now() + pipelineTimeoutMs;
  const triesEndAtMs = deadlineAtMs - Math.min(RECORD_RESERVE_MS, pipelineTimeoutMs / RECORD_RESERVE_SHARE);
  let mayUseCache = true;
  let step: Step | null = null;
  const lost: Lost = { decisionId: null, begunId: null };
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const timeoutMs = Math.min(line.deadlines.attemptTimeoutMs, triesEndAtMs - Date.now());
    if (timeoutMs <= 0) break;
    const reply = await line.pipeline.run(itemOf(line, chat, { attempt, timeoutMs, mayUseCache }), timeoutMs);
    if (writer.isGone) return recordAborted(line, { chat, lost }, reply?.decisionId ?? null);
    step = reply === null ? lateError() : await follow(line, { chat, writer, lost, deadlineAtMs }, reply);
    if (step === "ended") return;
    if (reply?.kind === "cached") mayUseCache = false;
  }
  const error = step ?? lateError();
  await finish(line, { chat, writer, lost, deadlineAtMs }, { result: "failed", decisionId: null, error });
}

async function follow(line: ChatLine, asked: Asked, reply: PipelineReply): Promise<Step> {
  const { chat, writer, lost } = asked;
  const { decisionId } = reply;
  if (decisionId !== null) writer.setHeader("x-signalbox-decision-id", decisionId);
  if (reply.kind !== "failed" && reply.rates !== undefined) {
    const told = rateHeaders(reply.rates, { dialect: chat.facts.dialect, nowMs: Date.now() });
    for (const [name, value] of told) writer.setHeader(name, value);
  }
  if ((reply.kind === "dispatch" || reply.kind === "cached") && reply.residency !== undefined) {
    writer.holdTo(reply.residency);
  }
  switch (reply.kind) {
    case "dispatch": {
      writer.setHeader("x-signalbox-cache", chat.facts.cache.key === null ? "off" : "miss");
      const sent = bodyToSend(chat, line.guard, reply.redact);
      if (sent instanceof SignalboxError) {
        await finish(line, asked, { result: "failed", decisionId, error: sent });
        return "ended";
      }
      const result = await runDispatch(chat, writer, {
        ...line,
        timeoutMs: line.deadlines.answerTimeoutMs,
        reply,
        sent,
        lostBefore: lost.begunId !== null,
      });
      if (result === "ended") return "ended";
      const { error, mayHaveBegun } = result;
      line.log.warn({ err: error, request: chat.facts.requestId }, "a dispatcher was lost");
      lost.decisionId = decisionId;
      if (mayHaveBegun) lost.begunId = decisionId;
      return error;
    }
    case "cached":
      return serveCached(line, asked, reply);
    default: {
      const error = SignalboxError.fromJson(reply.error);
      await finish(line, asked, { result: reply.kind, decisionId, error });
      return "ended";
    }
  }
}

function itemOf(
  line: ChatLine,
  chat: ChatRequest,
  attempt: { attempt: number; timeoutMs: number; mayUseCache: boolean },
): ClassifyItem {
  const { facts, view, traceparent, includeUsage } = chat;
  const caller = line.region === null ? chat.caller : { ...chat.caller, region: line.region };
  const cache = attempt.mayUseCache ? facts.cache : ({ ...facts.cache, mode: "off", key: null } as const);
  return {
    facts: { ...facts, attempt: attempt.attempt, cache },
    route: {
      replyTo: line.pipeline.replyTo,
      deadlineAtMs: Date.now() + attempt.timeoutMs,
      traceparent,
      includeUsage,
      ...(caller === undefined ? {} : { caller }),
      ...(chat.residency === undefined ? {} : { residency: [...chat.residency] }),
    },
    view,
  };
}

function lateError(): SignalboxError {
  return new SignalboxError("deadline-exceeded", "The request was not decided on in time.", {
    details: { retryAfterMs: 1_000 },
  });
}
