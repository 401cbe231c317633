import {
  type AnswerNote,
  egressOf,
  type NeutralRequest,
  type RenderedRequest,
  type WriteStreamOptions,
} from "@signalbox/dialects";
import { type DialectName, NO_USAGE, type PlanEndpoint, SignalboxError, type Usage } from "@signalbox/proto";
import type { Agent } from "undici";
import type { AnswerRoom } from "./answer-memory.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import { Deadline } from "./deadline.ts";
import { believed, estimateUsage, usageOfAnswer } from "./estimate-usage.ts";
import type { FrameSink, Serving } from "./frame-sink.ts";
import type { AnswerGuard } from "./guard/answer-guard.ts";
import { openAnswer } from "./open-answer.ts";
import type { Provider } from "./providers.ts";
import { relayStream } from "./relay-stream.ts";
import { relayWhole } from "./relay-whole.ts";
import type { Translation } from "./translation.ts";
import { isReset, networkError } from "./upstream-error.ts";

/** Everything that one call of a provider needs. */
export type AttemptContext = {
  readonly agent: Agent;
  readonly provider: Provider;
  readonly endpoint: PlanEndpoint;
  readonly planIndex: number;
  readonly request: NeutralRequest;
  /** The caller's. */
  readonly dialect: DialectName;
  /** The request as the provider's wire has it. */
  readonly rendered: RenderedRequest;
  readonly translation: Translation;
  /** What the caller is told of the endpoint with its first content. */
  readonly serving: Serving;
  readonly traceparent: string;
  readonly sink: FrameSink;
  /** Null when the answer is given out as it comes. */
  readonly guard: AnswerGuard | null;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
  readonly totalAtMs: number;
  readonly answerMaxBytes: number;
  /** Where what is read of a whole answer is counted. */
  readonly room: AnswerRoom;
  /** What the answer is written with for its caller, beside its content. */
  readonly writing: WriteStreamOptions;
  /** Whether the whole answer of a stream is to be put together. */
  readonly collect: boolean;
  /** Stands in for an id that the provider leaves out. */
  readonly fallbackId: string;
  readonly inputTokens: number;
  readonly maxOutputTokens: number | null;
  /** What the answer's usage says of the decision and the cost, once the usage is known. */
  readonly noteOf: (usage: Usage) => AnswerNote;
};

/** What one call of a provider came to. */
export type AttemptResult = {
  readonly httpStatus: number | null;
  readonly firstByteMs: number | null;
  readonly usage: Usage;
} & (
  | { readonly kind: "completed"; readonly answer: CompleteAnswer }
  | { readonly kind: "failed"; readonly error: SignalboxError; readonly isReset: boolean }
  | { readonly kind: "aborted" }
);

/** What is known of an attempt while it runs: it is what an attempt that breaks off is billed by. */
export type AttemptTrace = {
  httpStatus: number | null;
  firstByteMs: number | null;
  reported: Usage | null;
  /** What the provider said of the prompt alone. */
  promptUsage?: Usage | undefined;
  outputChars: number;
  /** What of it had been generated when the provider last reported; absent: all. */
  reportedChars?: number;
};

/** What any attempt needs, whichever operation it is of. */
type AttemptBasis = Pick<
  AttemptContext,
  "provider" | "sink" | "signal" | "totalAtMs" | "inputTokens" | "maxOutputTokens"
>;

/** Calls a provider once and passes its answer on. Never rejects. */
export function attempt(context: AttemptContext): Promise<AttemptResult> {
  return attemptWith(context, (deadline, trace) => callAnd(context, deadline, trace));
}

/** The same for any work that calls a provider: within the deadlines, and never rejecting. */
export async function attemptWith(
  context: AttemptBasis,
  work: (deadline: Deadline, trace: AttemptTrace) => Promise<CompleteAnswer>,
): Promise<AttemptResult> {
  const trace: AttemptTrace = { httpStatus: null, firstByteMs: null, reported: null, outputChars: 0 };
  const times = { ...context.provider, totalAtMs: context.totalAtMs };
  using deadline = new Deadline(times, context.provider.name, context.signal);
  try {
    const answer = await work(deadline, trace);
    return { kind: "completed", answer, ...seen(trace), usage: answer.usage };
  } catch (error) {
    const usage = usageSoFar(context, trace);
    if (context.signal.aborted) return { kind: "aborted", ...seen(trace), usage };
    // An aborted call rejects with the reason of its signal, or with an error of the socket that the abort destroyed.
    const cause: unknown = deadline.signal.aborted ? deadline.signal.reason : error;
    // What is left of the answer is of no use; without this its connection would stay taken.
    deadline.abort(error);
    const failure = networkError(cause, context.provider.name);
    return {
      kind: "failed",
      error: failure,
      isReset: isReset(cause) && trace.httpStatus === null,
      ...seen(trace),
      usage,
    };
  }
}

async function callAnd(context: AttemptContext, deadline: Deadline, trace: AttemptTrace): Promise<CompleteAnswer> {
  const { stream } = context.request;
  const answer = await openAnswer({ ...context, stream }, deadline, trace);
  const contentType = answer.header("content-type") ?? "";
  const parser = stream ? egressOf(context.endpoint.dialect).openEvents(contentType) : null;
  const relay = { answer, context, deadline, trace };
  return parser === null ? relayWhole(relay) : relayStream(relay, parser);
}

/**
 * What has been reported or generated; an attempt that generated nothing costs nothing, unless its caller left while it worked. What
 * has been given out was generated, also where it has no text.
 * A report without output came before what was generated after it, so it is of the prompt alone.
 */
function usageSoFar(context: AttemptBasis, trace: AttemptTrace): Usage {
  const { promptUsage, outputChars, httpStatus } = trace;
  const reported = believed(trace.reported);
  const hasOutput = reported !== null && (reported.outputTokens > 0 || outputChars === 0);
  if (hasOutput) return usageOfAnswer(reported, { ...context, ...trace });
  const hasGenerated = outputChars > 0 || context.sink.serving !== null;
  const mayBeBilled = hasGenerated || (context.signal.aborted && httpStatus === 200);
  return mayBeBilled ? estimateUsage({ ...context, promptUsage: reported ?? promptUsage, outputChars }) : NO_USAGE;
}

function seen(trace: AttemptTrace): { httpStatus: number | null; firstByteMs: number | null } {
  return { httpStatus: trace.httpStatus, firstByteMs: trace.firstByteMs };
}
