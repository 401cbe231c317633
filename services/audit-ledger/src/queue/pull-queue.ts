import { type Bus, type Logger, ensureLedgerConsumer, subscribe } from "@signalbox/kit";
import { AUDIT_STREAM } from "@signalbox/proto";
import { pendingAfter, type Delivery } from "./delivery.ts";
import { HeldMessages, type Preparation, type QueueMessage } from "./held-messages.ts";

const CONSUMER = `${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const NEXT_SUBJECT = `$JS.API.CONSUMER.MSG.NEXT.${CONSUMER}`;

/** What one request may bring; the stream takes no message above 1 MiB. */
const BURST_MESSAGES = 256;
const BURST_MAX_BYTES = 2 * 1024 * 1024;
/**
 * Messages gather this long in the stream: a transaction, and to be woken, cost about the same for one as for twenty.
 */
const GATHER_MS = 20;
/**
 * While less than this is held, more is asked for: a few batches, so that the next one is checked while the database
 * writes the last, and a process that is killed keeps little from its successor.
 */
const HELD_MAX_BYTES = 1024 * 1024;
const RING_EXPIRES_MS = 2_000;
const BURST_EXPIRES_MS = 1_000;
const WATCH_EVERY_MS = 500;

/** Statuses that end a request in the ordinary way: nothing came, or what came filled it. */
const ORDINARY_STATUS = new Set([404, 408]);

type PullQueueOptions<T> = Preparation<T> & { readonly bus: Bus; readonly log: Logger };

/** ring: waits for one message, when there was none. burst: takes what is there and waits for nothing. */
type Request = { id: number; kind: "ring" | "burst"; missing: number; expiresAtMs: number };

/**
 * The messages of AUDIT on their way to a commit. Pulls from the durable consumer with one request outstanding at a
 * time: while nothing comes, one that waits for a first message; after that, what has gathered in the stream, again and
 * again until there is nothing. A request is asked again when it is expired or lost. What is never acknowledged comes
 * again after the consumer's wait; negative acknowledgements are not used, because servers of 2.9 mislay a message that
 * comes back while no request of a living client is open.
 */
export class PullQueue<T> implements Disposable {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #inbox: string;
  readonly #subscription: Disposable;
  readonly #watch: NodeJS.Timeout;
  readonly #held: HeldMessages<T>;
  /** How many of those held need not wait for others any more. */
  #gathered = 0;
  #request: Request = { id: 0, kind: "ring", missing: 0, expiresAtMs: 0 };
  /** Whether the last request brought something, and whether it left something behind. */
  #flow: "none" | "some" | "more" = "none";
  #pulledAtMs = 0;
  #gathering: NodeJS.Timeout | null = null;
  #isPulling = false;
  #wakeWaiting: (() => void) | null = null;
  #isWoken = false;

  constructor(options: PullQueueOptions<T>) {
    const { bus, log } = options;
    this.#bus = bus;
    this.#log = log;
    this.#held = new HeldMessages(options);
    this.#inbox = `${bus.inbox}.pull`;
    this.#subscription = subscribe(bus, `${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) log.error({ err: error }, "the pull subscription failed");
        // The queue's messages keep their own subject; what comes to the inbox by name is the server's own status.
        else if (message.subject.startsWith(this.#inbox)) this.#onStatus(message);
        else if (this.#isPulling) this.#onMessage(message);
      },
    });
    this.#watch = setInterval(() => {
      if (this.#request.missing > 0 && performance.now() > this.#request.expiresAtMs) void this.#restore();
      else this.#goOn();
    }, WATCH_EVERY_MS);
  }

  /** Begins to pull, or goes on after a failure: what was taken and not acknowledged stands in front again. */
  resume(): void {
    this.#isPulling = true;
    this.#held.putBack();
    this.#release();
    this.#pull();
  }

  /** Stops pulling and forgets what it has: another instance will get it. */
  drop(): void {
    this.#isPulling = false;
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
    this.#held.drop();
    this.#gathered = 0;
  }

  /** Resolves when messages have gathered, or `wake` was called since the last time. */
  async ready(): Promise<void> {
    if (this.#gathered === 0 && !this.#isWoken) {
      await new Promise<void>((resolve) => {
        this.#wakeWaiting = resolve;
      });
    }
    this.#isWoken = false;
  }

  /** Whether so much is held and prepared; waits for it until `end` is settled. */
  hasPrepared(weight: number, end: Promise<unknown>): Promise<boolean> {
    return this.#held.hasPrepared(weight, end);
  }

  wake(): void {
    this.#isWoken = true;
    this.#wakeWaiting?.();
    this.#wakeWaiting = null;
  }

  /** The oldest message, or undefined. */
  shift(): QueueMessage<T> | undefined {
    const message = this.#held.take();
    if (message === undefined) return undefined;
    this.#gathered = Math.max(0, this.#gathered - 1);
    this.#pull();
    return message;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watch);
    this.drop();
    this.#subscription[Symbol.dispose]();
  }

  /**
   * The request was lost, or nobody takes it: a server that starts again has forgotten the consumer. What is held and not
   * acknowledged comes again from a new one, and is appended once all the same.
   */
  async #restore(): Promise<void> {
    const lost = this.#request;
    lost.expiresAtMs = Infinity;
    try {
      if (this.#isPulling) await ensureLedgerConsumer(this.#bus);
    } catch (error) {
      this.#log.warn({ err: error }, "the AUDIT queue may have no consumer");
    }
    lost.missing = 0;
    this.#goOn();
  }

  /** What came before a request was lost or refused is not left lying. */
  #goOn(): void {
    if (this.#request.missing === 0) this.#release();
    this.#pull();
  }

  /** Asks for more, now or once it has gathered, unless it is on its way or enough is held. */
  #pull(): void {
    if (!this.#isPulling || this.#request.missing > 0 || this.#gathering !== null) return;
    if (this.#held.bytes >= HELD_MAX_BYTES || !this.#bus.isConnected()) return;
    if (this.#flow === "none") {
      this.#ask({ kind: "ring", missing: 1, expiresInMs: RING_EXPIRES_MS });
      return;
    }
    const waitMs = this.#flow === "more" ? 0 : this.#pulledAtMs + GATHER_MS - performance.now();
    if (waitMs <= 0) this.#askForBurst();
    else {
      this.#gathering = setTimeout(() => {
        this.#gathering = null;
        this.#askForBurst();
      }, waitMs);
    }
  }

  #askForBurst(): void {
    this.#ask({ kind: "burst", missing: BURST_MESSAGES, expiresInMs: BURST_EXPIRES_MS });
  }

  #ask({ kind, missing, expiresInMs }: Pick<Request, "kind" | "missing"> & { expiresInMs: number }): void {
    const nowMs = performance.now();
    this.#pulledAtMs = nowMs;
    this.#request = { id: this.#request.id + 1, kind, missing, expiresAtMs: nowMs + expiresInMs + WATCH_EVERY_MS };
    const wait = kind === "ring" ? { expires: expiresInMs * 1_000_000 } : { no_wait: true };
    const body = JSON.stringify({ batch: missing, max_bytes: BURST_MAX_BYTES, ...wait });
    this.#bus.connection.publish(NEXT_SUBJECT, body, { reply: `${this.#inbox}.${this.#request.id}` });
  }

  /** The request is over. */
  #settle(flow: "none" | "some" | "more"): void {
    const { kind } = this.#request;
    this.#request.missing = 0;
    this.#flow = flow;
    // A first message waits for those that gather behind it.
    if (kind === "burst") this.#release();
    else this.#pulledAtMs = performance.now();
    this.#pull();
  }

  /** What is held has gathered for long enough. */
  #release(): void {
    this.#gathered = this.#held.count;
    if (this.#gathered > 0) this.wake();
  }

  #onStatus(message: Delivery): void {
    if (message.subject !== `${this.#inbox}.${this.#request.id}` || message.headers === undefined) return;
    const { code, description } = message.headers;
    if (/maxbytes/i.test(description)) this.#settle("more");
    else if (ORDINARY_STATUS.has(code)) this.#settle("none");
    else {
      // The watch asks again in a moment: what the server refuses, it would refuse in a hurry just the same.
      this.#request.missing = 0;
      this.#log.warn({ code, description }, "the AUDIT queue ended a pull");
    }
  }

  #onMessage(message: Delivery): void {
    this.#held.add(message);
    if (this.#request.missing > 0) this.#request.missing -= 1;
    const left = pendingAfter(message);
    if (this.#request.missing === 0 || left === 0) this.#settle(left === 0 ? "some" : "more");
  }
}
