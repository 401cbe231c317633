import { createForwarder, itemsReader, subscribe, type Bus, type Logger } from "@signalbox/kit";
import { PipelineReply, REQUEST_SUBJECTS, type ClassifyItem } from "@signalbox/proto";
import { LastSeen } from "./last-seen.ts";

const readReplies = itemsReader(PipelineReply);

/** The line of stages, from the classifier to the one that replies. */
export type Pipeline = Disposable & {
  /** The subject to name as `route.replyTo`. */
  readonly replyTo: string;
  /** What requests have found of the stages. */
  readonly lastSeen: LastSeen;
  /** Sends a request down the line. Resolves with the reply, or with null when none came within `timeoutMs`. */
  run(item: ClassifyItem, timeoutMs: number): Promise<PipelineReply | null>;
};

/** One subscription takes the replies to all requests of this process; each is matched by request id and attempt. */
export function openPipeline(bus: Bus, log: Logger): Pipeline {
  const replyTo = `${bus.inbox}.reply`;
  const waiting = new Map<string, (reply: PipelineReply | null) => void>();

  const lastSeen = new LastSeen();

  function settle(reply: PipelineReply): void {
    lastSeen.note(reply, Date.now());
    waiting.get(keyOf(reply.requestId, reply.attempt))?.(reply);
  }

  const subscription = subscribe(bus, replyTo, {
    callback: (error, message) => {
      if (error !== null || message.data.length === 0) return;
      const read = readReplies(message.data);
      if (read.ok) read.items.forEach(settle);
      else log.error({ problems: read.problems }, "a reply is not one");
    },
  });
  const forwarder = createForwarder<ClassifyItem>({
    bus,
    subject: REQUEST_SUBJECTS.classify,
    stage: "classifier",
    onUndelivered: ({ facts: { requestId, attempt } }, error) => {
      settle({ kind: "failed", requestId, attempt, decisionId: null, error: error.toJSON() });
    },
  });

  return {
    replyTo,
    lastSeen,
    run: (item, timeoutMs) =>
      new Promise((resolve) => {
        const key = keyOf(item.facts.requestId, item.facts.attempt);
        const end = (reply: PipelineReply | null): void => {
          clearTimeout(timer);
          waiting.delete(key);
          resolve(reply);
        };
        const timer = setTimeout(end, timeoutMs, null);
        waiting.set(key, end);
        forwarder.send(item);
      }),
    [Symbol.dispose]() {
      forwarder[Symbol.dispose]();
      subscription[Symbol.dispose]();
    },
  };
}

function keyOf(requestId: string, attempt: number): string {
  return `${requestId}.${attempt}`;
}
