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

  /** Learns from an outcome; whether that changed anything. `isPast`: the outcome is from before this process. */
  observe({ atMs, attempts }: TeachingOutcome, isPast = false): boolean {
    let isNews = false;
    // The ledger may be behind: what happened a while ago opens a circuit from then on, not from now.
    const thenMs = Math.min(atMs, Date.now());
    for (const attempt of attempts) {
      if (this.#documents.view.endpoint(attempt.endpoint) === undefined) continue;
      const signal = signalOf(attempt);
      // A key is corrected by restarting the line, so failures before the start say nothing of it.
      if (isPast && signal.kind === "unusable") continue;
      const circuit = this.byEndpoint.get(attempt.endpoint) ?? UNKNOWN;
      const after = advance(circuit, signal, thenMs);
      if (!this.#replace(attempt.endpoint, circuit, after)) continue;
      isNews = true;
      if (!isPast) this.#tellTurn(attempt, circuit, after);
    }
    return isNews;
  }

  /** Closes the circuits of unusable endpoints, because an operator has changed something; whether there were any. */
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
    // Logged when it begins, and with every probe that finds the same.
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
        ? "the provider does not accept the key of this endpoint, or its account lacks credit or rights: a corrected key takes a start of the line"
        : "the provider does not know the model of this endpoint: correct its name or its base URL";
    this.#log.error({ endpoint, error: unusable, triedAgainAt: new Date(openUntilMs).toISOString() }, what);
  }
}
