import { type Bus, consumerPosition, decodeJson, type Logger, subscribe } from "@signalbox/kit";
import { Heartbeat, HEARTBEAT_LOST_MS, heartbeatSubject } from "@signalbox/proto";
import { every } from "./every.ts";
import type { OpenRequest, OpenRequests } from "./open-requests.ts";

/** A decision younger than this may not have been claimed by a dispatcher yet. */
const OPEN_MIN_MS = 15_000;
/** After the ledger's own start, so that living dispatchers are heard first. */
const GRACE_MS = 10_000;

/**
 * Finds the requests that nobody executes any more: open for a while, and named by no heartbeat. Their outcome may
 * still stand in the queue, unread or unacknowledged by a ledger that died, so they fall due only when everything that
 * was in the queue at the time of the suspicion is dealt with.
 */
export class AbandonWatch implements Disposable {
  readonly #bus: Bus;
  readonly #startedAtMs = performance.now();
  /**
   * When a heartbeat last named a request, by its id and in the order of hearing; forgotten after `HEARTBEAT_LOST_MS`.
   */
  readonly #named = new Map<string, number>();
  /** By the id of a suspected request, the queue's newest message when it was first suspected. */
  readonly #suspects = new Map<string, number>();
  readonly #subscription: Disposable;
  #due: string[] = [];

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#subscription = subscribe(bus, heartbeatSubject("dispatcher", "*"), {
      callback: (error, message) => {
        if (error === null) this.#hear(message.data);
      },
    });
  }

  /** The requests to be ended now; each is given once. */
  takeDue(): string[] {
    return this.#due.splice(0);
  }

  /** Looks for due requests until it is disposed, and calls `onDue` when there are some. */
  sweepRegularly(options: { open: OpenRequests; everyMs: number; log: Logger; onDue: () => void }): Disposable {
    const { open, everyMs, log, onDue } = options;
    this.#suspects.clear();
    this.#due = [];
    return every(everyMs, () => {
      this.#sweep(open)
        .then(() => {
          if (this.#due.length > 0) onDue();
        })
        .catch((error: unknown) => {
          log.warn({ err: error }, "the queue's position is not known, so no request is taken for abandoned");
        });
    });
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #hear(data: Uint8Array): void {
    const nowMs = performance.now();
    for (const requestId of parseHeartbeat(data)) {
      // Taken out first, so that the map stays in the order of hearing and the oldest is found first.
      this.#named.delete(requestId);
      this.#named.set(requestId, nowMs);
    }
  }

  async #sweep(open: OpenRequests): Promise<void> {
    const nowMs = performance.now();
    for (const [requestId, namedAtMs] of this.#named) {
      if (namedAtMs + HEARTBEAT_LOST_MS > nowMs) break;
      this.#named.delete(requestId);
    }
    if (nowMs < this.#startedAtMs + GRACE_MS) return;
    const suspected = [...open.values()].filter((request) => this.#isSuspect(request, nowMs));
    const ids = new Set(suspected.map((request) => request.requestId));
    for (const requestId of this.#suspects.keys()) if (!ids.has(requestId)) this.#suspects.delete(requestId);
    if (ids.size === 0) return;
    const { last, done } = await consumerPosition(this.#bus);
    this.#due = [...ids].filter((requestId) => {
      const barrier = this.#suspects.get(requestId);
      if (barrier === undefined) this.#suspects.set(requestId, last);
      return barrier !== undefined && done >= barrier;
    });
  }

  #isSuspect(request: OpenRequest, nowMs: number): boolean {
    return request.openedAtMs + OPEN_MIN_MS <= nowMs && !this.#named.has(request.requestId);
  }
}

/** The requests that a heartbeat names; none when it is not a heartbeat. */
function parseHeartbeat(data: Uint8Array): string[] {
  try {
    return Heartbeat.safeParse(decodeJson(data)).data?.requestIds ?? [];
  } catch {
    return [];
  }
}
