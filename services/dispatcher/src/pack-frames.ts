import type { ExchangeFrame } from "@signalbox/proto/grpc/dispatcher";

/** Large answers that end together must not make a message that the other side refuses with all that it carries. */
const MESSAGE_MAX_BYTES = 4 * 1024 * 1024;

/** Cuts frames, in their order, into messages of at most that much content; a larger frame stands alone. */
export function packFrames(frames: readonly ExchangeFrame[]): ExchangeFrame[][] {
  const messages: ExchangeFrame[][] = [];
  let room = 0;
  for (const frame of frames) {
    const bytes = contentBytes(frame);
    if (bytes > room || messages.length === 0) {
      messages.push([]);
      room = MESSAGE_MAX_BYTES;
    }
    messages.at(-1)!.push(frame);
    room -= bytes;
  }
  return messages;
}

function contentBytes({ step }: ExchangeFrame): number {
  const frame = step?.$case === "frame" ? step.value.frame : undefined;
  return frame?.$case === "content" ? frame.value.length : 0;
}
