import { sendFresh, type AppendContext, type Sent } from "./append-batch.ts";
import { isPoison } from "./failure.ts";
import type { ReceivedBatch } from "./read-batch.ts";

/** A batch on its way to its commit. */
export type Flight = {
  readonly batch: ReceivedBatch;
  readonly startedAtMs: number;
  /** Null: it is to be planned under the head's lock, once the batch before it is committed. */
  sent: Sent | null;
};

/** Sends a batch; `before` is the one that is on its way already. */
export function launch(batch: ReceivedBatch, context: AppendContext, before: Sent | null): Flight {
  const startedAtMs = performance.now();
  try {
    return { batch, startedAtMs, sent: sendFresh(batch, context, before) };
  } catch (error) {
    // One of its events is at fault, and will be found when they are tried one by one.
    if (isPoison(error)) return { batch, startedAtMs, sent: null };
    throw error;
  }
}

/**
 * False when nothing was written and one of its events may be at fault. Rejects when nobody can tell what was written.
 */
export async function isWritten(sent: Sent): Promise<boolean> {
  try {
    return await sent.written;
  } catch (error) {
    if (isPoison(error)) return false;
    throw error;
  }
}
