import { LookupItem, REQUEST_SUBJECTS, SignalboxError, type DecideItem } from "@signalbox/proto";
import { createForwarder, createReplier, listenStage, type Bus, type Logger } from "@signalbox/kit";
import type { EntryIndex } from "./entry-index.ts";
import { lookUp } from "./lookup.ts";
import { lookups } from "./metrics.ts";

const US_PER_MS = 1_000;

/** Takes requests from `request.lookup` and forwards them to `request.decide` with the result of their lookup. */
export function listenLookups(options: {
  bus: Bus;
  log: Logger;
  /** What to look into and where its answers are read; null when the cache is off. */
  cache: { index: EntryIndex; address: string } | null;
}): Disposable {
  const { bus, log, cache } = options;
  const replier = createReplier(bus);
  const forwarder = createForwarder<DecideItem>({
    bus,
    subject: REQUEST_SUBJECTS.decide,
    stage: "policy",
    onUndelivered: (item, error) => {
      replier.fail(item, error);
    },
  });
  const stage = listenStage({
    bus,
    log,
    stage: "cache",
    subject: REQUEST_SUBJECTS.lookup,
    item: LookupItem,
    onItems: (items) => {
      const nowMs = Date.now();
      for (const item of items) {
        if (item.route.deadlineAtMs > nowMs) forwarder.send(lookUpItem(item, cache, nowMs));
        else replier.fail(item, new SignalboxError("deadline-exceeded", "The request's time is over."));
      }
    },
  });
  return {
    [Symbol.dispose]() {
      stage[Symbol.dispose]();
      forwarder[Symbol.dispose]();
    },
  };
}

function lookUpItem(item: LookupItem, cache: { index: EntryIndex; address: string } | null, nowMs: number): DecideItem {
  const startedMs = performance.now();
  const lookup = cache === null ? ({ status: "off" } as const) : lookUp(item.facts, cache.index, nowMs);
  lookups[lookup.status].inc();
  return {
    facts: item.facts,
    route: item.route,
    classification: item.classification,
    lookup,
    // What is not looked up is not kept either, so it needs no place.
    cacheAddress: cache === null || lookup.status === "off" ? null : cache.address,
    timing: {
      classifyUs: item.timing.classifyUs,
      lookupUs: Math.round((performance.now() - startedMs) * US_PER_MS),
    },
  };
}
