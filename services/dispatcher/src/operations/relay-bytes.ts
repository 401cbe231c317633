import { SignalboxError } from "@signalbox/proto";
import type { CompleteAnswer } from "../complete-answer.ts";
import { believed, estimateUsage } from "../estimate-usage.ts";
import { giveOut } from "../give-out.ts";
import type { OperationRelay } from "./relay-operation.ts";
import { watchEvents } from "./watch-events.ts";

/** Passes an answer on byte for byte as it comes: sound, or a stream in the caller's own form. */
export async function relayBytes(relay: OperationRelay, contentType: string): Promise<CompleteAnswer> {
  const { answer, context, deadline, trace } = relay;
  const watch = contentType.includes("event-stream") ? watchEvents(context.provider) : null;
  const serving = { ...context.serving, contentType };
  let bytes = 0;
  for await (const piece of answer.body as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > context.answerMaxBytes) {
      throw failed(context.provider.name, `The provider's answer is larger than ${context.answerMaxBytes} bytes.`);
    }
    try {
      watch?.push(piece);
    } finally {
      trace.reported = watch?.usage ?? null;
    }
    deadline.begun();
    deadline.heard();
    await giveOut(piece, serving, relay);
  }
  watch?.end();
  if (bytes === 0) throw failed(context.provider.name, "The provider sent an empty answer.");
  const usage = believed(watch?.usage ?? null) ?? estimateUsage({ ...context, outputChars: 0 });
  return { usage, finish: null, content: "", tail: "", whole: () => null };
}

function failed(provider: string, message: string): SignalboxError {
  return new SignalboxError("upstream-error", message, { details: { provider } });
}
