/** A decision that no outcome, and no closing leaf, has ended. */
type OpenDecision = { readonly decisionId: string; readonly index: number };

/** A request with at least one open decision and no outcome. */
export type OpenRequest = {
  readonly requestId: string;
  readonly tenant: string;
  readonly stream: boolean;
  /** On this process's own clock: when the ledger first knew of it. */
  readonly openedAtMs: number;
  /** In the order of the log; the last is the latest. */
  readonly decisions: readonly OpenDecision[];
};

/** What a decision says of the request that it opens. */
export type Begun = {
  readonly requestId: string;
  readonly tenant: string;
  readonly decisionId: string;
  readonly isStream: boolean;
};

/** What a committed batch did to the open requests. */
export type OpenChanges = {
  /** The new state of requests that are open now. */
  readonly opened: ReadonlyMap<string, OpenRequest>;
  readonly closed: ReadonlySet<string>;
};

/**
 * The requests that wait for their outcome, as of the last commit. A cache of the log: it is rebuilt from the leaves
 * whenever a sequencer starts, and changes only after a commit.
 */
export class OpenRequests {
  /** In the order of their first open decision, because requests enter at their first one and never enter again. */
  readonly #requests = new Map<string, OpenRequest>();

  get(requestId: string): OpenRequest | undefined {
    return this.#requests.get(requestId);
  }

  get size(): number {
    return this.#requests.size;
  }

  values(): IterableIterator<OpenRequest> {
    return this.#requests.values();
  }

  apply(changes: OpenChanges): void {
    for (const [requestId, request] of changes.opened) this.#requests.set(requestId, request);
    for (const requestId of changes.closed) this.#requests.delete(requestId);
  }

  /** The index of the first decision that is open once these changes, in order, hold; undefined when none is. */
  lowestIndexAfter(...changes: readonly OpenChanges[]): number | undefined {
    for (const requests of [this.#requests, ...changes.map(({ opened }) => opened)]) {
      for (const [requestId, request] of requests) {
        if (!changes.some(({ closed }) => closed.has(requestId))) return request.decisions[0]?.index;
      }
    }
    return undefined;
  }
}

/** A request with one more decision; `before` is how it stands without, undefined when none of it is open. */
export function withDecision(
  before: OpenRequest | undefined,
  { requestId, tenant, decisionId, isStream: stream }: Begun,
  { index, nowMs }: { readonly index: number; readonly nowMs: number },
): OpenRequest {
  const decisions = [...(before?.decisions ?? []), { decisionId, index }];
  return { requestId, tenant, stream, openedAtMs: before?.openedAtMs ?? nowMs, decisions };
}

/** Where the decision stands that an outcome says was executed, if it is one of its request's open ones. */
export function executedIndex(request: OpenRequest | undefined, decisionId: string | null): number | undefined {
  return request?.decisions.find((decision) => decision.decisionId === decisionId)?.index;
}
