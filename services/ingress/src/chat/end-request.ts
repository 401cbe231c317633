import { SignalboxError } from "@signalbox/proto";
import type { AnswerTarget } from "./answer-target.ts";
import type { ChatLine } from "./chat-line.ts";
import type { ChatRequest } from "./chat-request.ts";
import { type ChatOutcome, recordOutcome } from "./record-outcome.ts";

/** How long a record is tried: briefly while the client waits, longer when it has left. */
const RECORD_RETRY_MS = 400;
const UNWATCHED_RECORD_RETRY_MS = 5_000;

/** Decisions of a request whose dispatcher was lost. */
export type Lost = {
  /** The last of them: the outcome names it unless a later one is executed. */
  decisionId: string | null;
  /** The last one that may have reached a provider. */
  begunId: string | null;
};

/** A request that has not ended yet. */
export type Asked = {
  readonly chat: ChatRequest;
  readonly writer: AnswerTarget;
  readonly lost: Lost;
  /** When a client without an answer is told that there is none. */
  readonly deadlineAtMs: number;
};

/** Records how a request without an answer ended, then tells the client; `audit-unavailable` when it cannot be recorded. */
export async function finish(
  line: ChatLine,
  { chat, writer, lost, deadlineAtMs }: Asked,
  end: { result: "refused" | "failed"; decisionId: string | null; error: SignalboxError },
): Promise<void> {
  const { error } = end;
  if (error.code === "internal") line.log.error({ err: error, request: chat.facts.requestId }, "a request failed");
  const stage = error.details.stage ?? null;
  // A client that is told that the register is away does not wait for its receipt as well; the queue has the record.
  const deadline = error.code === "audit-unavailable" ? 0 : deadlineAtMs;
  const unrecorded = await tryRecord(
    line,
    { chat, deadlineAtMs: deadline },
    { ...endingOf(end, lost), error: error.code, stage },
  );
  writer.fail(unrecorded ?? error);
}

/** A request that a lost dispatcher may have sent to a provider ends as `abandoned`, whatever later tries came to. */
function endingOf<Result>(
  { result, decisionId }: { result: Result; decisionId: string | null },
  lost: Lost,
): { result: Result | "abandoned"; decisionId: string | null } {
  if (lost.begunId !== null) return { result: "abandoned", decisionId: lost.begunId };
  return { result, decisionId: decisionId ?? lost.decisionId };
}

/** Null when the outcome is recorded; else the error that the client gets instead of its answer. */
export async function tryRecord(
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

/** Records that the client left while no dispatcher had its request. */
export async function recordAborted(
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
