import type { Metadata } from "@grpc/grpc-js";
import type { Logger, Recorder } from "@signalbox/kit";
import type { GrpcClients } from "@signalbox/kit/grpc";
import { SignalboxError, type ClassifyItem, type PipelineReply } from "@signalbox/proto";
import type { CacheClient } from "@signalbox/proto/grpc/cache";
import type { DispatcherClient } from "@signalbox/proto/grpc/dispatcher";
import type { Config } from "../config.ts";
import type { RequestGuard } from "../guard/request-guard.ts";
import type { AnswerTarget } from "./answer-target.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { Exchanges } from "./exchange.ts";
import { bodyToSend } from "./guard-chat.ts";
import type { Pipeline } from "./pipeline.ts";
import { rateHeaders } from "./rate-headers.ts";
import { readCached } from "./read-cached.ts";
import { recordOutcome, type ChatOutcome } from "./record-outcome.ts";
import { renderCached } from "./render-cached.ts";
import { runDispatch } from "./run-dispatch.ts";

/** What chat requests are answered with. */
export type ChatLine = {
  readonly pipeline: Pipeline;
  readonly recorder: Recorder;
  readonly dispatchers: GrpcClients<DispatcherClient>;
  readonly exchanges: Exchanges;
  readonly caches: GrpcClients<CacheClient>;
  readonly metadata: Metadata;
  /** Null when there are no guardrails. */
  readonly guard: RequestGuard | null;
  /** Where requests come in, for the rules of a policy; null when nobody has said it. */
  readonly region: string | null;
  readonly deadlines: Config["deadlines"];
  readonly log: Logger;
};

/** ended: the client has its answer. Else what it gets when no further try is left. */
type Step = "ended" | SignalboxError;

/** What the record of a request's end may take of the time of its tries. */
const RECORD_RESERVE_MS = 2_500;
const RECORD_RESERVE_SHARE = 4;

/** What of a request's decisions was handed to a dispatcher that was lost then. */
type Lost = {
  /** The last of them: the outcome names it unless a later one is executed. */
  decisionId: string | null;
  /** The last one that may have reached a provider. */
  begunId: string | null;
};

const TRIES_MAX = 3;
/** While the client waits, a record is tried twice; when it has left, there is more time. */
const RECORD_RETRY_MS = 400;
const UNWATCHED_RECORD_RETRY_MS = 5_000;

/** Takes an admitted request down the line, again where that is safe, until the client has an answer or a typed error. */
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

type Asked = {
  readonly chat: ChatRequest;
  readonly writer: AnswerTarget;
  readonly lost: Lost;
  /** By then a client without an answer is told so. */
  readonly deadlineAtMs: number;
};

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

async function serveCached(
  line: ChatLine,
  { chat, writer, lost, deadlineAtMs }: Asked,
  hit: Extract<PipelineReply, { kind: "cached" }>,
): Promise<Step> {
  const { address, entryId, decisionId, endpoint, usage } = hit;
  const body = await readCached(line.caches, { address, entryId, tenant: chat.facts.tenant }, line.metadata);
  const isAllowed = body !== null && (line.guard === null || (await line.guard.passesAnswer(body.toString("utf8"))));
  const rendered = isAllowed ? renderCached(body, chat, { hit, guard: line.guard }) : null;
  if (rendered === null) return new SignalboxError("internal", "The kept answer could not be read.");
  if (writer.isGone) {
    await recordAborted(line, { chat, lost }, decisionId);
    return "ended";
  }
  const { answer, finishReason } = rendered;
  const answerBytes = answer.length;
  const recorded = await tryRecord(
    line,
    { chat, deadlineAtMs },
    {
      result: "cached",
      decisionId,
      endpoint,
      finishReason,
      usage,
      answerBytes,
      isCostUnknown: lost.begunId !== null,
    },
  );
  if (recorded !== null) {
    writer.fail(recorded);
    return "ended";
  }
  const [provider = "", ...model] = endpoint.split("/");
  writer.setHeader("x-signalbox-provider", provider);
  writer.setHeader("x-signalbox-model", model.join("/"));
  writer.setHeader("x-signalbox-cache", "hit");
  if (chat.facts.stream) {
    writer.write(answer);
    writer.end();
  } else writer.send(answer);
  return "ended";
}

/** Records how a request without an answer ended, then tells the client; what cannot be recorded is `audit-unavailable`. */
async function finish(
  line: ChatLine,
  { chat, writer, lost, deadlineAtMs }: Asked,
  end: { result: "refused" | "failed"; decisionId: string | null; error: SignalboxError },
): Promise<void> {
  const { error } = end;
  if (error.code === "internal") line.log.error({ err: error, request: chat.facts.requestId }, "a request failed");
  const stage = error.details.stage ?? null;
  // Who is told that the register is away is not held up by it any longer: its queue has the record.
  const deadline = error.code === "audit-unavailable" ? 0 : deadlineAtMs;
  const unrecorded = await tryRecord(
    line,
    { chat, deadlineAtMs: deadline },
    { ...endingOf(end, lost), error: error.code, stage },
  );
  writer.fail(unrecorded ?? error);
}

/** A request that a lost dispatcher may have sent to a provider ends as that, whatever became of later tries. */
function endingOf<Result>(
  { result, decisionId }: { result: Result; decisionId: string | null },
  lost: Lost,
): { result: Result | "abandoned"; decisionId: string | null } {
  if (lost.begunId !== null) return { result: "abandoned", decisionId: lost.begunId };
  return { result, decisionId: decisionId ?? lost.decisionId };
}

async function tryRecord(
  line: ChatLine,
  { chat, deadlineAtMs }: Pick<Asked, "chat" | "deadlineAtMs">,
  outcome: ChatOutcome,
): Promise<SignalboxError | null> {
  const receiptWithinMs = Math.max(0, deadlineAtMs - Date.now());
  try {
    await recordOutcome(line.recorder, chat, { ...outcome, retryForMs: RECORD_RETRY_MS, receiptWithinMs });
    return null;
  } catch (error) {
    return SignalboxError.from(error);
  }
}

/** The client left while no dispatcher had its request. */
async function recordAborted(
  line: ChatLine,
  { chat, lost }: Pick<Asked, "chat" | "lost">,
  decisionId: string | null,
): Promise<void> {
  const ending = endingOf({ result: "client-aborted" as const, decisionId }, lost);
  const outcome = { ...ending, error: "client-aborted" };
  try {
    await recordOutcome(line.recorder, chat, { ...outcome, retryForMs: UNWATCHED_RECORD_RETRY_MS });
  } catch (error) {
    line.log.error({ err: error, request: chat.facts.requestId }, "the outcome of an aborted request is not recorded");
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
