import type { StageName } from "@signalbox/proto";
import type { z } from "zod";
import type { Bus } from "./bus.ts";
import type { Logger } from "./logger.ts";
import { itemsReader } from "./read-items.ts";
import { subscribe } from "./subscribe.ts";

/**
 * Listens on a stage's subject in its queue group. A message carries the items of one tick of its sender; each is
 * checked against the schema. Items that do not fit are logged by their problem alone and dropped: they come from an
 * authenticated stage, so they are a defect, and ingress' deadline answers their caller.
 */
export function listenStage<S extends z.ZodType>(options: {
  bus: Bus;
  stage: StageName;
  subject: string;
  item: S;
  log: Logger;
  onItems: (items: z.infer<S>[]) => void;
}): Disposable {
  const { bus, stage, subject, item, log, onItems } = options;
  const readItems = itemsReader(item);
  return subscribe(bus, subject, {
    queue: stage,
    callback: (error, received) => {
      if (error !== null) {
        log.error({ err: error }, "the subscription failed");
        return;
      }
      // A message without data is the server's own status, not a stage's work.
      if (received.data.length === 0) return;
      const read = readItems(received.data);
      if (read.ok) onItems(read.items);
      else log.error({ problems: read.problems }, "a message does not fit its contract");
    },
  });
}
