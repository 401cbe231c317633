import type { PipelineReply } from "@signalbox/proto";

/** What is behind ingress on a request's way; `audit` is what takes the record of its decision. */
const BEHIND = ["classifier", "cache", "policy", "audit", "dispatcher"] as const;
type Behind = (typeof BEHIND)[number];

type Seen = { readonly isThere: boolean; readonly atMs: number };

/** What the last requests found of what is behind ingress. */
export class LastSeen {
  readonly #seen = new Map<Behind, Seen | null>(BEHIND.map((name) => [name, null]));

  /** Null: no request has come so far. */
  all(): ReadonlyMap<string, Seen | null> {
    return this.#seen;
  }

  note(reply: PipelineReply, atMs: number): void {
    const missing = reply.kind === "failed" ? missingOf(reply.error) : null;
    if (reply.kind === "failed" && missing === null) return;
    // A decision that refuses or names a kept answer asks no dispatcher.
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
