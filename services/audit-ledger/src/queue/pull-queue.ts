import type { Bus, Logger } from "@signalbox/kit";
import { AUDIT_STREAM } from "@signalbox/proto";

/** A message that waits for its commit. */
export type QueueMessage<T> = {
  readonly subject: string;
  readonly data: Uint8Array;
  /** What `prepare` made of it when it came. */
  readonly content: T;
  /** It is committed, or kept aside: it never comes again. */
  ack(): void;
};

const CONSUMER = `${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const NEXT_SUBJECT = `$JS.API.CONSUMER.MSG.NEXT.${CONSUMER}`;

/** What one request may bring; the stream takes no message above 1 MiB. */
const PULL_MESSAGES = 64;
const PULL_MAX_BYTES = 2 * 1024 * 1024;
/**
 * While less than this is held, more is asked for: a few batches, so that the next one is checked while the database
 * writes the last, and a process that is killed keeps little from its successor.
 */
const HELD_MAX_BYTES = 1024 * 1024;
const PULL_EXPIRES_MS = 2_000;
const WATCH_EVERY_MS = 500;

const ACK = Buffer.from("+ACK");
/** Statuses that end a request in the ordinary way: nothing came, or what came filled it. */
const ORDINARY_STATUS = new Set([404, 408]);

/** The parts of a NATS message that are used. */
type Delivery = {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string;
  readonly headers?: { readonly code: number; readonly description: string };
  respond(data?: Uint8Array): boolean;
};

type Held<T> = { readonly message: Delivery; readonly content: T };

/**
 * The messages of AUDIT on their way to a commit. Pulls from the durable consumer with one request outstanding at a
 * time, and asks again when it is answered, expired or lost. What is never acknowledged comes again after the
 * consumer's wait; negative acknowledgements are not used, because servers of 2.9 mislay a message that comes back
 * while no request of a living client is open.
 */
export class PullQueue<T> implements Disposable {
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #prepare: (message: { subject: string; data: Uint8Array }) => T;
  readonly #inbox: string;
  readonly #subscription: { unsubscribe(): void };
  readonly #watch: NodeJS.Timeout;
  /** Delivered and not yet taken. */
  #held: Held<T>[] = [];
  #heldBytes = 0;
  /** Taken and not yet acknowledged. */
  readonly #taken = new Set<Held<T>>();
  #request = { id: 0, missing: 0, expiresAtMs: 0 };
  #isPulling = false;
  #wakeWaiting: (() => void) | null = null;
  #isWoken = false;

  /** `prepare` works on a message as it comes, while the database is busy with those before it. It must not throw. */
  constructor(options: { bus: Bus; log: Logger; prepare: (message: { subject: string; data: Uint8Array }) => T }) {
    const { bus, log } = options;
    this.#bus = bus;
    this.#log = log;
    this.#prepare = options.prepare;
    this.#inbox = `${bus.inbox}.pull`;
    this.#subscription = bus.connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) log.error({ err: error }, "the pull subscription failed");
        // The queue's messages keep their own subject; what comes to the inbox by name is the server's own status.
        else if (message.subject.startsWith(this.#inbox)) this.#onStatus(message);
        else if (this.#isPulling) this.#onMessage(message);
      },
    });
    this.#watch = setInterval(() => {
      if (performance.now() > this.#request.expiresAtMs) this.#request.missing = 0;
      this.#pull();
    }, WATCH_EVERY_MS);
  }

  /** Begins to pull, or goes on after a failure: what was taken and not acknowledged stands in front again. */
  resume(): void {
    this.#isPulling = true;
    this.#held = [...this.#taken, ...this.#held];
    this.#heldBytes = this.#held.reduce((sum, { message }) => sum + message.data.length, 0);
    this.#taken.clear();
    this.#pull();
  }

  /** Stops pulling and forgets what it has: another instance will get it. */
  drop(): void {
    this.#isPulling = false;
    this.#held = [];
    this.#heldBytes = 0;
    this.#taken.clear();
  }

  /** Resolves when there is a message, or `wake` was called since the last time. */
  async ready(): Promise<void> {
    if (this.#held.length === 0 && !this.#isWoken) {
      await new Promise<void>((resolve) => {
        this.#wakeWaiting = resolve;
      });
    }
    this.#isWoken = false;
  }

  wake(): void {
    this.#isWoken = true;
    this.#wakeWaiting?.();
    this.#wakeWaiting = null;
  }

  /** How many messages wait to be taken. */
  get size(): number {
    return this.#held.length;
  }

  /** The oldest message, or undefined. */
  shift(): QueueMessage<T> | undefined {
    const held = this.#held.shift();
    if (held === undefined) return undefined;
    const { message, content } = held;
    this.#taken.add(held);
    this.#heldBytes -= message.data.length;
    this.#pull();
    return {
      subject: message.subject,
      data: message.data,
      content,
      ack: () => {
        this.#taken.delete(held);
        message.respond(ACK);
      },
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#watch);
    this.drop();
    if (!this.#bus.connection.isClosed()) this.#subscription.unsubscribe();
  }

  #pull(): void {
    if (!this.#isPulling || this.#request.missing > 0 || this.#heldBytes >= HELD_MAX_BYTES) return;
    if (!this.#bus.isConnected()) return;
    const expiresAtMs = performance.now() + PULL_EXPIRES_MS + WATCH_EVERY_MS;
    this.#request = { id: this.#request.id + 1, missing: PULL_MESSAGES, expiresAtMs };
    const body = { batch: PULL_MESSAGES, max_bytes: PULL_MAX_BYTES, expires: PULL_EXPIRES_MS * 1_000_000 };
    this.#bus.connection.publish(NEXT_SUBJECT, JSON.stringify(body), { reply: `${this.#inbox}.${this.#request.id}` });
  }

  #onStatus(message: Delivery): void {
    if (message.subject !== `${this.#inbox}.${this.#request.id}` || message.headers === undefined) return;
    const { code, description } = message.headers;
    this.#request.missing = 0;
    if (ORDINARY_STATUS.has(code) || /maxbytes/i.test(description)) this.#pull();
    // The watch asks again in a moment: what the server refuses, it would refuse in a hurry just the same.
    else this.#log.warn({ code, description }, "the AUDIT queue ended a pull");
  }

  #onMessage(message: Delivery): void {
    this.#request.missing -= 1;
    this.#held.push({ message, content: this.#prepare(message) });
    this.#heldBytes += message.data.length;
    this.wake();
    this.#pull();
  }
}
