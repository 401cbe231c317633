import { CLASSIFIER_DOCUMENT, classify } from "@signalbox/classify";
import { ClassifyItem, REQUEST_SUBJECTS, SignalboxError, type LookupItem } from "@signalbox/proto";
import { createForwarder, createReplier, listenStage, type Bus, type Logger } from "@signalbox/kit";
import { classified, classifySeconds } from "./metrics.ts";

const US_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;
/** How long classifying may hold up the event loop before NATS pings and a shutdown get their turn. */
const TURN_MAX_MS = 10;

/** Takes requests from `request.classify` and forwards them to `request.lookup` without their text. */
export function listenClassify(options: { bus: Bus; log: Logger }): Disposable {
  const { bus, log } = options;
  const replier = createReplier(bus);
  const forwarder = createForwarder<LookupItem>({
    bus,
    subject: REQUEST_SUBJECTS.lookup,
    stage: "cache",
    onUndelivered: (item, error) => {
      replier.fail(item, error);
    },
  });

  function work(items: readonly ClassifyItem[]): void {
    const startedMs = performance.now();
    for (const [done, item] of items.entries()) {
      if (performance.now() - startedMs > TURN_MAX_MS) {
        setImmediate(work, items.slice(done));
        return;
      }
      if (item.route.deadlineAtMs <= Date.now()) {
        replier.fail(item, new SignalboxError("deadline-exceeded", "The request's time is over."));
      } else {
        classifyOne(item);
      }
    }
  }

  function classifyOne(item: ClassifyItem): void {
    try {
      forwarder.send(classifyItem(item));
    } catch (error) {
      // The item is not logged: it holds the caller's text.
      log.error(
        { requestId: item.facts.requestId, error: error instanceof Error ? error.name : "?" },
        "classifying failed",
      );
      replier.fail(item, SignalboxError.from(error));
    }
  }

  const stage = listenStage({
    bus,
    log,
    stage: "classifier",
    subject: REQUEST_SUBJECTS.classify,
    item: ClassifyItem,
    onItems: work,
  });
  return {
    [Symbol.dispose]() {
      stage[Symbol.dispose]();
      forwarder[Symbol.dispose]();
    },
  };
}

function classifyItem(item: ClassifyItem): LookupItem {
  const startedMs = performance.now();
  const classification = classify(item, CLASSIFIER_DOCUMENT);
  const tookMs = performance.now() - startedMs;
  classifySeconds.observe(tookMs / MS_PER_SECOND);
  classified.inc({ task: classification.task, tier: classification.tier });
  return {
    facts: item.facts,
    route: item.route,
    classification,
    timing: { classifyUs: Math.round(tookMs * US_PER_MS) },
  };
}
