import type { PipelineReply } from "@signalbox/proto";

/** What a request passes behind ingress, in order; `audit` is the queue that takes its decision's record. */
const BEHIND = ["classifier", "cache", "policy", "audit", "dispatcher"] as const;
type Behind = (typeof BEHIND)[number];

type Seen = { readonly isThere: boolean; readonly atMs: number };

/** Whether each stage behind ingress was there when requests last needed it; the source of `/readyz`. */
export class LastSeen {
  readonly #seen = new Map<Behind, Seen | null>(BEHIND.map((name) => [name, null]));

  /** By name; null: no request has needed it yet. */
  all(): ReadonlyMap<string, Seen | null> {
    return this.#seen;
  }

  note(reply: PipelineReply, atMs: number): void {
    const missing = reply.kind === "failed" ? missingOf(reply.error) : null;
    if (reply.kind === "failed" && missing === null) return;
    // A refusal or a cached answer needs no dispatcher.
    const last = missing ?? (reply.kind === "dispatch" ? "dispatcher" : "audit");
    for (const name of BEHIND.slice(0, BEHIND.indexOf(last) + 1)) {
      this.#seen.set(name, { isThere: name !== missing, atMs });
    }
  }
}

function missingOf({ code, details }: Extract<PipelineReply, { kind: "failed" }>["error"]): Behind | null {
  if (code === "audit-unavailable") return "audit";
  if (code !== "stage-unavailable") return null;
  return BEHIND.find((name) => name === details.stage) ?? null;
}
