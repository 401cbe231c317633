import { SignalboxError } from "@signalbox/proto";
import type { CompleteAnswer } from "../complete-answer.ts";
import { believed, estimateUsage } from "../estimate-usage.ts";
import type { OperationRelay } from "./relay-operation.ts";
import { watchEvents } from "./watch-events.ts";

/** Passes an answer on byte for byte as it comes: sound, or a stream in the caller's own form. */
export async function relayBytes(relay: OperationRelay, contentType: string): Promise<CompleteAnswer> {
  const { answer, context, deadline, trace } = relay;
  const watch = contentType.includes("event-stream") ? watchEvents(context.provider) : null;
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
    await giveOut(piece, relay, contentType);
  }
  watch?.end();
  if (bytes === 0) throw failed(context.provider.name, "The provider sent an empty answer.");
  const usage = believed(watch?.usage ?? null) ?? estimateUsage({ ...context, outputChars: 0 });
  return { usage, finish: null, content: "", tail: "", whole: () => null };
}

/** While the caller reads slowly, the provider's silence is not its own. */
async function giveOut(piece: Buffer, { context, deadline }: OperationRelay, contentType: string): Promise<void> {
  const written = context.sink.content(piece, { ...context.serving, contentType });
  if (written === null) return;
  deadline.pause();
  await written;
  context.signal.throwIfAborted();
  deadline.resume();
}

function failed(provider: string, message: string): SignalboxError {
  return new SignalboxError("upstream-error", message, { details: { provider } });
}
