import {
  egressOf,
  ingressOf,
  type NeutralResponse,
  readJson,
  refuseTooLong,
  reportedUsage,
  withCallersNames,
} from "@signalbox/dialects";
import type { AttemptContext, AttemptTrace } from "./attempt.ts";
import type { ProviderAnswer } from "./call-provider.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import type { Deadline } from "./deadline.ts";
import { usageOfAnswer } from "./estimate-usage.ts";
import type { Guarded } from "./guard/answer-guard.ts";
import { parseAnswer } from "./parse-answer.ts";
import { readWhole } from "./read-whole.ts";

export type Relay = {
  readonly answer: ProviderAnswer;
  readonly context: AttemptContext;
  readonly deadline: Deadline;
  readonly trace: AttemptTrace;
};

/** Reads a whole answer. One to a request for a stream, which some providers give, is cut into the stream that it should have been. */
export async function relayWhole(relay: Relay): Promise<CompleteAnswer> {
  const { context, trace } = relay;
  const text = await readWhole(relay);
  const answered = parse(text, context, trace);
  trace.reported = answered.usage;
  trace.outputChars = answered.outputChars;
  const { kept, given: response } = await guarded(answered, text, context);
  const usage = usageOfAnswer(response.usage, { ...context, outputChars: response.outputChars });
  const finish = response.choices[0]?.finish ?? null;
  const codec = ingressOf(context.dialect);
  const note = context.noteOf(usage);
  const { writing, request } = context;
  const options = { usage, note, ...writing };
  const whole = request.stream ? null : codec.renderResponse(response, options);
  return {
    usage,
    finish,
    content: whole === null ? codec.renderAsStream(response, options) : JSON.stringify(whole.body),
    ...(whole === null ? {} : { losses: whole.losses }),
    tail: "",
    whole: () =>
      response.choices.some((choice) => choice.finish === "content_filter") ? null : codec.keptOf(kept, usage),
  };
}

function guarded(
  response: NeutralResponse,
  text: string,
  { guard }: AttemptContext,
): Promise<Guarded<NeutralResponse>> | Guarded<NeutralResponse> {
  return guard === null ? { kept: response, given: response } : guard.whole(response, text);
}

/** What is no answer may be billed all the same: its usage goes to the trace. */
function parse(text: string, context: AttemptContext, trace: AttemptTrace): NeutralResponse {
  const { name: provider, secrets, quirks } = context.provider;
  const defaults = {
    id: context.fallbackId,
    createdAtS: Math.floor(Date.now() / 1000),
    model: context.endpoint.upstreamModel,
  };
  const body = parseAnswer(text, provider, readJson);
  try {
    const options = { provider, secrets, quirks, defaults };
    const response = egressOf(context.endpoint.dialect).parseResponse(body, options);
    refuseTooLong(response);
    return withCallersNames(response, context.rendered.toolNames);
  } catch (error) {
    trace.reported = reportedUsage(context.endpoint.dialect, text);
    throw error;
  }
}
