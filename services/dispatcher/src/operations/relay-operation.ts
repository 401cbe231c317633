import { renderOperationAnswer } from "@signalbox/dialects";
import type { AttemptTrace } from "../attempt.ts";
import type { ProviderAnswer } from "../call-provider.ts";
import type { CompleteAnswer } from "../complete-answer.ts";
import type { Deadline } from "../deadline.ts";
import { estimateUsage } from "../estimate-usage.ts";
import { parseAnswer } from "../parse-answer.ts";
import { readText } from "../read-text.ts";
import type { OperationContext } from "./call-for-operation.ts";
import { relayBytes } from "./relay-bytes.ts";

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
  const { answer, context, deadline, trace } = relay;
  const { call, endpoint, provider, sink, serving } = context;
  const text = await readText(answer.body, {
    maxBytes: context.answerMaxBytes,
    tooLarge: "refuse",
    onBytes: () => {
      deadline.begun();
      deadline.heard();
    },
  });
  const options = { provider: provider.name, secrets: provider.secrets, model: endpoint.upstreamModel };
  const parsed = call.takesText ? (tryParse(text, contentType) ?? text) : parseAnswer(text, provider.name);
  const { body: answered, usage: reported, outputChars } = call.readAnswer(endpoint.dialect, parsed, options);
  trace.reported = reported;
  const same = { kept: answered, given: answered };
  const { kept, given: body } = context.guard === null ? same : await context.guard.value(answered, text);
  const usage = reported ?? estimateUsage({ ...context, outputChars });
  const end = { usage, finish: null, tail: "" };
  if (typeof body === "string") {
    await sink.content(body, { ...serving, contentType });
    return { ...end, content: "", whole: () => null };
  }
  const content = JSON.stringify(renderOperationAnswer(body, { usage, note: context.noteOf(usage) }));
  // A caller who asked for a stream reads by the content type what it got instead.
  if (call.shape.stream === true) await sink.content(content, { ...serving, contentType });
  return {
    ...end,
    content: call.shape.stream === true ? "" : content,
    whole: () => (call.cacheFields === null || typeof kept === "string" ? null : kept),
  };
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
