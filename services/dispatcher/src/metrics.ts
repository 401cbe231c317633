import { Counter, Gauge } from "@signalbox/kit";

export const attemptsCounter = new Counter({
  name: "signalbox_dispatcher_attempts_total",
  help: "Calls of providers by how they ended.",
  labelNames: ["provider", "result"],
});

export const outcomesCounter = new Counter({
  name: "signalbox_dispatcher_outcomes_total",
  help: "Executed requests by how they ended.",
  labelNames: ["result"],
});

export const costDoubtsCounter = new Counter({
  name: "signalbox_dispatcher_cost_doubts_total",
  help: "Calls of providers whose cost may not be what is billed, by why.",
  labelNames: ["provider", "doubt"],
});

export const inFlightGauge = new Gauge({
  name: "signalbox_dispatcher_in_flight",
  help: "Requests in execution.",
});
