/** The pipeline as data, in flow order: what each stage consumes, where its work goes and how long it may take. */
export const FLOW = [
  {
    stage: "ingress",
    consumes: null,
    emits: "request.classify",
    records: ["outcome", "admin", "feedback", "erasure"],
    deadlineMs: 10_000,
  },
  { stage: "classifier", consumes: "request.classify", emits: "request.lookup", records: [], deadlineMs: 2_000 },
  { stage: "cache", consumes: "request.lookup", emits: "request.decide", records: [], deadlineMs: 2_000 },
  {
    stage: "policy",
    consumes: "request.decide",
    emits: "request.dispatch",
    records: ["decision", "admin"],
    deadlineMs: 5_000,
  },
  { stage: "dispatcher", consumes: "request.dispatch", emits: null, records: ["outcome"], deadlineMs: 2_000 },
  {
    stage: "audit-ledger",
    consumes: "event",
    emits: "ledger",
    records: ["outcome", "superseded", "gap", "key", "replay"],
    deadlineMs: 5_000,
  },
] as const;

export type StageName = (typeof FLOW)[number]["stage"];

/** The names of all stages, in flow order. */
export const STAGES: readonly StageName[] = FLOW.map((step) => step.stage);
