import {
  type OperationAnswer,
  type OperationCall,
  type RenderedOperation,
  renderOperationAnswer,
  reportedUsage,
} from "@signalbox/dialects";
import type { AttemptContext, AttemptTrace } from "../attempt.ts";
import type { ProviderAnswer } from "../call-provider.ts";
import type { CompleteAnswer } from "../complete-answer.ts";
import type { Deadline } from "../deadline.ts";
import { believed, estimateUsage } from "../estimate-usage.ts";
import { parseAnswer } from "../parse-answer.ts";
import { readWhole } from "../read-whole.ts";
import { relayBytes } from "./relay-bytes.ts";

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
  | "noteOf"
> & {
  readonly call: OperationCall;
  readonly rendered: RenderedOperation;
};

export type OperationRelay = {
  readonly answer: ProviderAnswer;
  readonly context: OperationContext;
  readonly deadline: Deadline;
  readonly trace: AttemptTrace;
};

const BYTES = "application/octet-stream";

/** Gives an answer out in the caller's form: JSON is read as a whole, and what was asked for as a stream passes through as it comes. */
export function relayOperation(relay: OperationRelay): Promise<CompleteAnswer> {
  const contentType = relay.answer.header("content-type") ?? BYTES;
  const isJson = /\bjson\b/i.test(contentType);
  const { stream = false } = relay.context.call.shape;
  return stream && !isJson ? relayBytes(relay, contentType) : relayWhole(relay, contentType);
}

async function relayWhole(relay: OperationRelay, contentType: string): Promise<CompleteAnswer> {
  const { context, trace } = relay;
  const { call, sink, serving, signal } = context;
  const text = await readWhole(relay);
  const { body: answered, usage: reported, outputChars } = readAnswer(relay, text, contentType);
  trace.reported = reported;
  const same = { kept: answered, given: answered };
  const { kept, given: body } = context.guard === null ? same : await context.guard.value(answered, text);
  const usage = believed(reported) ?? estimateUsage({ ...context, outputChars });
  const end = { usage, finish: null, tail: "" };
  if (typeof body === "string") {
    await sink.content(body, { ...serving, contentType }, signal);
    return { ...end, content: "", whole: () => null };
  }
  const content = JSON.stringify(renderOperationAnswer(body, { usage, note: context.noteOf(usage) }));
  // A caller who asked for a stream reads by the content type what it got instead.
  if (call.shape.stream === true) await sink.content(content, { ...serving, contentType }, signal);
  return {
    ...end,
    content: call.shape.stream === true ? "" : content,
    whole: () => (call.cacheFields === null || typeof kept === "string" ? null : kept),
  };
}

/** What is no answer may be billed all the same: its usage goes to the trace. */
function readAnswer({ context, trace }: OperationRelay, text: string, contentType: string): OperationAnswer {
  const { call, endpoint, provider } = context;
  const { name, secrets } = provider;
  const parsed = call.takesText ? (tryParse(text, contentType) ?? text) : parseAnswer(text, name);
  try {
    return call.readAnswer(endpoint.dialect, parsed, { provider: name, secrets, model: endpoint.upstreamModel });
  } catch (error) {
    trace.reported = reportedUsage(endpoint.dialect, text);
    throw error;
  }
}

/** Null for what is not meant to be JSON. */
function tryParse(text: string, contentType: string): unknown {
  if (!/\bjson\b/i.test(contentType)) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
