import type { AnswerNote, OperationCall, RenderedOperation } from "@signalbox/dialects";
import type { Usage } from "@signalbox/proto";
import { type AttemptContext, type AttemptTrace, readError } from "../attempt.ts";
import { callProvider } from "../call-provider.ts";
import type { CompleteAnswer } from "../complete-answer.ts";
import type { Deadline } from "../deadline.ts";
import { relayOperation } from "./relay-operation.ts";

/** Everything that one call of a provider needs. */
export type OperationContext = Pick<
  AttemptContext,
  | "agent"
  | "provider"
  | "endpoint"
  | "serving"
  | "traceparent"
  | "sink"
  | "guard"
  | "signal"
  | "totalAtMs"
  | "answerMaxBytes"
  | "room"
  | "inputTokens"
  | "maxOutputTokens"
> & {
  readonly call: OperationCall;
  readonly rendered: RenderedOperation;
  readonly noteOf: (usage: Usage) => AnswerNote;
};

export async function callForOperation(
  context: OperationContext,
  deadline: Deadline,
  trace: AttemptTrace,
): Promise<CompleteAnswer> {
  const { agent, provider, rendered, traceparent } = context;
  const startedMs = performance.now();
  const { signal } = deadline;
  const answer = await callProvider({ agent, provider, rendered, traceparent, stream: false, signal });
  // A socket's error after the head must not become an unhandled one while nobody reads.
  answer.body.on("error", () => {});
  trace.httpStatus = answer.status;
  trace.firstByteMs = performance.now() - startedMs;
  if (answer.status !== 200) throw await readError(answer, context, trace);
  return relayOperation({ answer, context, deadline, trace });
}
