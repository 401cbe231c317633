import { Counter, Gauge, Histogram } from "@signalbox/kit";

export const eventsTotal = new Counter({
  name: "signalbox_ledger_events_total",
  help: "Events read from the queue, by what became of them.",
  labelNames: ["status"],
});

export const gapNumbers = new Counter({
  name: "signalbox_ledger_missing_events_total",
  help: "Sequence numbers of producers that the log names missing.",
});

export const replaysTotal = new Counter({
  name: "signalbox_ledger_sampled_replays_total",
  help: "Recorded decisions that were drawn and replayed, by how it came out; one that is different is an incident.",
  labelNames: ["result"],
});

export const commitSeconds = new Histogram({
  name: "signalbox_ledger_commit_seconds",
  help: "How long the transaction of a batch took.",
  buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5],
});

export const batchEvents = new Histogram({
  name: "signalbox_ledger_batch_events",
  help: "Events in a transaction.",
  buckets: [1, 4, 16, 64, 128, 256, 512],
});

export const sizeGauge = new Gauge({ name: "signalbox_ledger_size", help: "Leaves of the log." });

export const leadingGauge = new Gauge({ name: "signalbox_ledger_leading", help: "1 while this instance sequences." });

export const openGauge = new Gauge({
  name: "signalbox_ledger_open_requests",
  help: "Requests with a decision and no outcome.",
});

export const checkpointSizeGauge = new Gauge({
  name: "signalbox_ledger_checkpoint_size",
  help: "Leaves that the newest signed checkpoint covers.",
});

export const fanOutDropped = new Counter({
  name: "signalbox_ledger_fan_out_dropped_total",
  help: "Messages with committed entries that the LEDGER stream did not take.",
});

export const witnessSizeGauge = new Gauge({
  name: "signalbox_ledger_witness_size",
  help: "Leaves of the newest checkpoint that a witness has cosigned for this log, as the instance that leads has it.",
  labelNames: ["witness"],
});

export const witnessedSizeGauge = new Gauge({
  name: "signalbox_ledger_witnessed_size",
  help: "Leaves of the newest checkpoint that the policy's quorum has cosigned.",
});

export const witnessAnswers = new Counter({
  name: "signalbox_ledger_witness_answers_total",
  help: "Questions to witnesses by what came of them: cosigned, conflict, refused or unreachable.",
  labelNames: ["witness", "result"],
});
