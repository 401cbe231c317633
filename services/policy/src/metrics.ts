import { Counter, Gauge, Histogram } from "@signalbox/kit";

const decisionsTotal = new Counter({
  name: "signalbox_policy_decisions_total",
  help: "Decisions made and recorded, by what they order.",
  labelNames: ["action"],
});

/** Resolved once, because a lookup of labels for each decision is not free. */
export const decisions = {
  route: decisionsTotal.labels("route"),
  "serve-cached": decisionsTotal.labels("serve-cached"),
  refuse: decisionsTotal.labels("refuse"),
};

export const unrecorded = new Counter({
  name: "signalbox_policy_unrecorded_total",
  help: "Requests that were refused because their decision could not be recorded.",
});

export const decideSeconds = new Histogram({
  name: "signalbox_policy_decide_seconds",
  help: "Time that the engine takes for one decision.",
  buckets: [0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005],
});

/** The labels of endpoints are those of the catalogue. */
export const unusableEndpoints = new Gauge({
  name: "signalbox_policy_unusable_endpoints",
  help: "1 while an endpoint's provider does not accept the key, or does not know the model: an operator has to act.",
  labelNames: ["endpoint", "error"],
});

export const policyActivations = new Counter({
  name: "signalbox_policy_activations_total",
  help: "Policies that this instance has put in force since it started.",
});

export const policyRefusals = new Counter({
  name: "signalbox_policy_refused_total",
  help: "Policies that were not put in force because something in them is wrong.",
});
