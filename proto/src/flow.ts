/** The pipeline as data, in flow order: what each stage consumes, where its work goes and which events it records. */
export const FLOW = [
  { stage: "ingress", consumes: null, emits: "request.classify", records: ["outcome", "admin", "feedback", "erasure"] },
  { stage: "classifier", consumes: "request.classify", emits: "request.lookup", records: [] },
  { stage: "cache", consumes: "request.lookup", emits: "request.decide", records: [] },
  { stage: "policy", consumes: "request.decide", emits: "request.dispatch", records: ["decision", "admin"] },
  { stage: "dispatcher", consumes: "request.dispatch", emits: null, records: ["outcome"] },
  {
    stage: "audit-ledger",
    consumes: "event",
    emits: "ledger",
    records: ["outcome", "superseded", "gap", "key", "replay"],
  },
] as const;

export type StageName = (typeof FLOW)[number]["stage"];

/** The names of all stages, in flow order. */
export const STAGES: readonly StageName[] = FLOW.map((step) => step.stage);
