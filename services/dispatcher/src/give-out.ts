import type { AttemptContext } from "./attempt.ts";
import type { Deadline } from "./deadline.ts";
import type { Serving } from "./frame-sink.ts";

type Giving = {
  readonly context: Pick<AttemptContext, "sink">;
  readonly deadline: Deadline;
};

/**
 * Gives a piece of an answer to its caller. While the caller reads slowly, the provider's silence is not its own; the time of the
 * attempt and of the request goes on.
 */
export async function giveOut(piece: string | Buffer, serving: Serving, { context, deadline }: Giving): Promise<void> {
  const written = context.sink.content(piece, serving, deadline.signal);
  if (written === null) return;
  deadline.pause();
  await written;
  deadline.signal.throwIfAborted();
  deadline.resume();
}
