import { egressOf, ingressOf, type NeutralResponse, refuseTooLong } from "@signalbox/dialects";
import type { AttemptContext, AttemptTrace } from "./attempt.ts";
import type { ProviderAnswer } from "./call-provider.ts";
import type { CompleteAnswer } from "./complete-answer.ts";
import type { Deadline } from "./deadline.ts";
import { estimateUsage } from "./estimate-usage.ts";
import type { Guarded } from "./guard/answer-guard.ts";
import { parseAnswer } from "./parse-answer.ts";
import { readText } from "./read-text.ts";

export type Relay = {
  readonly answer: ProviderAnswer;
  readonly context: AttemptContext;
  readonly deadline: Deadline;
  readonly trace: AttemptTrace;
};

/** Reads a whole answer. One to a request for a stream, which some providers give, is cut into the stream that it should have been. */
export async function relayWhole({ answer, context, deadline, trace }: Relay): Promise<CompleteAnswer> {
  const text = await readText(answer.body, {
    maxBytes: context.answerMaxBytes,
    tooLarge: "refuse",
    onBytes: () => {
      deadline.begun();
      deadline.heard();
    },
  });
  const answered = parse(text, context);
  trace.reported = answered.usage;
  trace.outputChars = answered.outputChars;
  const { kept, given: response } = await guarded(answered, text, context);
  const usage = response.usage ?? estimateUsage({ ...context, outputChars: response.outputChars });
  const finish = response.choices[0]?.finish ?? null;
  const codec = ingressOf(context.dialect);
  const note = context.noteOf(usage);
  const { writing, request } = context;
  return {
    usage,
    finish,
    content: request.stream
      ? codec.renderAsStream(response, { usage, note, ...writing })
      : JSON.stringify(codec.renderResponse(response, { usage, note, ...writing }).body),
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

function parse(text: string, context: AttemptContext): NeutralResponse {
  const { name: provider, secrets } = context.provider;
  const defaults = {
    id: context.fallbackId,
    createdAtS: Math.floor(Date.now() / 1000),
    model: context.endpoint.upstreamModel,
  };
  const response = egressOf(context.endpoint.dialect).parseResponse(parseAnswer(text, provider), {
    provider,
    secrets,
    defaults,
  });
  refuseTooLong(response);
  return response;
}
