import { Counter, Histogram } from "@signalbox/kit";

/** Requests classified, by what was found. */
export const classified = new Counter({
  name: "signalbox_classifier_requests_total",
  help: "Requests classified.",
  labelNames: ["task", "tier"],
});

export const classifySeconds = new Histogram({
  name: "signalbox_classifier_duration_seconds",
  help: "Time to classify one request.",
  buckets: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05],
});
