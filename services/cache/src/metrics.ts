import { Counter, Gauge } from "@signalbox/kit";

const lookupsTotal = new Counter({
  name: "signalbox_cache_lookups_total",
  help: "Requests that passed the cache, by what it knew of them.",
  labelNames: ["status"],
});

/** Resolved once, because a lookup of labels for each request costs more than the request's own lookup. */
export const lookups = {
  off: lookupsTotal.labels("off"),
  miss: lookupsTotal.labels("miss"),
  hit: lookupsTotal.labels("hit"),
};

export const entriesGauge = new Gauge({
  name: "signalbox_cache_entries",
  help: "Answers that this process knows of.",
});

export const bodyBytesGauge = new Gauge({
  name: "signalbox_cache_body_bytes",
  help: "What the answers held in memory take.",
});
