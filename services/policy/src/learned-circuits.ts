import type { Logger } from "@signalbox/kit";
import type { OutcomeEvent } from "@signalbox/proto";
import { advance, type Circuit, reopen, signalOf, UNKNOWN } from "./circuit-breaker.ts";
import type { DecisionDocuments } from "./decision-documents.ts";
import { unusableEndpoints } from "./metrics.ts";

/** The part of an outcome that teaches something. */
export type TeachingOutcome = Pick<OutcomeEvent, "atMs" | "attempts">;

/** The circuits of the endpoints of the catalogue, as outcomes have left them. */
export class LearnedCircuits {
  readonly byEndpoint = new Map<string, Circuit>();
  readonly #documents: Pick<DecisionDocuments, "view">;
  readonly #log: Logger;

  constructor(documents: Pick<DecisionDocuments, "view">, log: Logger) {
    this.#documents = documents;
    this.#log = log;
  }

  /** Whether there is something new in it. `isPast`: it is from before this process. */
  observe({ atMs, attempts }: TeachingOutcome, isPast = false): boolean {
    let isNews = false;
    // The ledger may be behind: what happened a while ago opens a circuit from then on, not from now.
    const thenMs = Math.min(atMs, Date.now());
    for (const attempt of attempts) {
      if (this.#documents.view.endpoint(attempt.endpoint) === undefined) continue;
      const signal = signalOf(attempt);
      // A key is corrected and the line started again: what was before that says nothing of it.
      if (isPast && signal.kind === "unusable") continue;
      const circuit = this.byEndpoint.get(attempt.endpoint) ?? UNKNOWN;
      const after = advance(circuit, signal, thenMs);
      if (!this.#replace(attempt.endpoint, circuit, after)) continue;
      isNews = true;
      if (!isPast) this.#tellTurn(attempt, circuit, after);
    }
    return isNews;
  }

  /** Operators have acted: what could not be used may be now, and the next request finds out. Whether there is any. */
  reopenUnusable(): boolean {
    let isNews = false;
    for (const [endpoint, circuit] of this.byEndpoint) {
      if (this.#replace(endpoint, circuit, reopen(circuit))) isNews = true;
    }
    return isNews;
  }

  #replace(endpoint: string, before: Circuit, after: Circuit): boolean {
    if (after === before) return false;
    this.byEndpoint.set(endpoint, after);
    if (before.unusable !== null && before.unusable !== after.unusable) {
      unusableEndpoints.remove(endpoint, before.unusable);
    }
    // Said when it begins, and with every probe that finds the same.
    if (after.unusable !== null && after.openUntilMs !== before.openUntilMs) this.#tell(endpoint, after);
    return true;
  }

  /** Once when failures begin to keep requests away, and once when they end: an outage makes two lines. */
  #tellTurn({ endpoint, error }: TeachingOutcome["attempts"][number], before: Circuit, after: Circuit): void {
    if (before.unusable !== null || after.unusable !== null) return;
    if (before.openings === 0 && after.openings > 0) {
      const triedAgainAt = new Date(after.openUntilMs).toISOString();
      this.#log.warn(
        { endpoint, error, triedAgainAt },
        "the endpoint keeps failing: requests go elsewhere or are refused",
      );
    } else if (before.openings > 0 && after.openings === 0) {
      this.#log.info({ endpoint }, "the endpoint answers again");
    }
  }

  #tell(endpoint: string, { unusable, openUntilMs }: Circuit): void {
    if (unusable === null) return;
    unusableEndpoints.labels(endpoint, unusable).set(1);
    const what =
      unusable === "upstream-auth"
        ? "the provider does not accept the key of this endpoint: correct it and start the line again"
        : "the provider does not know the model of this endpoint: correct its name or its base URL";
    this.#log.error({ endpoint, error: unusable, triedAgainAt: new Date(openUntilMs).toISOString() }, what);
  }
}
