import type { PipelineReply, SignalboxError } from "@signalbox/proto";
import type { Bus } from "./bus.ts";
import { packItems, tickBatch } from "./tick-batch.ts";

const MESSAGE_MAX_BYTES = 512 * 1024;

/** Answers ingress on the inbox that the item carries; replies of one tick to one ingress travel together. */
export type Replier = {
  reply(replyTo: string, reply: PipelineReply): void;
  /** The typed end of a request that cannot go on. */
  fail(
    item: { facts?: Ids; route: { replyTo: string } } & Partial<Ids>,
    error: SignalboxError,
    decisionId?: string | null,
  ): void;
};

type Ids = { requestId: string; attempt: number };

export function createReplier(bus: Bus): Replier {
  const add = tickBatch<{ replyTo: string; reply: PipelineReply }>((batch) => {
    for (const [replyTo, group] of Map.groupBy(batch, (entry) => entry.replyTo)) {
      const texts = group.map((entry) => JSON.stringify(entry.reply));
      for (const { payload } of packItems(texts, MESSAGE_MAX_BYTES)) bus.connection.publish(replyTo, payload);
    }
  });
  return {
    reply: (replyTo, reply) => {
      add({ replyTo, reply });
    },
    fail(item, error, decisionId = null) {
      const ids = item.facts ?? (item as Ids);
      add({
        replyTo: item.route.replyTo,
        reply: { kind: "failed", requestId: ids.requestId, attempt: ids.attempt, decisionId, error: error.toJSON() },
      });
    },
  };
}
