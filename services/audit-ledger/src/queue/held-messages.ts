import type { Delivery } from "./delivery.ts";

/** A message that waits for its commit. */
export type QueueMessage<T> = {
  readonly subject: string;
  readonly data: Uint8Array;
  /** What `prepare` made of it when it came. */
  readonly content: T;
  /** It is committed, or kept aside: it never comes again. */
  ack(): void;
};

export type Preparation<T> = {
  /** Must not throw. */
  readonly prepare: (message: { subject: string; data: Uint8Array }) => T;
  readonly weigh: (content: T) => number;
};

/** Messages are prepared for so long at a time, and then whoever else has something to do is let in. */
const SLICE_MS = 1;
const ACK = Buffer.from("+ACK");

type Prepared<T> = { readonly content: T; readonly weight: number };

type Held<T> = { readonly message: Delivery; prepared: Prepared<T> | null };

/**
 * What was delivered, until it is acknowledged. Each message is prepared soon after it comes, while the database is
 * busy with those before it, and weighed for whoever waits for a certain weight.
 */
export class HeldMessages<T> {
  readonly #preparation: Preparation<T>;
  /** Delivered and not yet taken. */
  #held: Held<T>[] = [];
  /** Those of them that are not prepared yet. */
  #unprepared: Held<T>[] = [];
  #preparing: NodeJS.Immediate | null = null;
  #bytes = 0;
  /** What those weigh that are held and prepared. */
  #preparedWeight = 0;
  #waiting: { readonly weight: number; readonly resolve: () => void } | null = null;
  /** Taken and not yet acknowledged. */
  readonly #taken = new Set<Held<T>>();

  constructor(preparation: Preparation<T>) {
    this.#preparation = preparation;
  }

  /** How many are not yet taken, and their bytes. */
  get count(): number {
    return this.#held.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(message: Delivery): void {
    const held = { message, prepared: null };
    this.#held.push(held);
    this.#unprepared.push(held);
    this.#prepareSoon();
    this.#bytes += message.data.length;
  }

  /** The oldest message, or undefined. */
  take(): QueueMessage<T> | undefined {
    const held = this.#held.shift();
    if (held === undefined) return undefined;
    const { message } = held;
    const { content, weight } = this.#prepared(held);
    this.#taken.add(held);
    this.#bytes -= message.data.length;
    this.#preparedWeight -= weight;
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

  /** What was taken and not acknowledged stands in front again. */
  putBack(): void {
    this.#held = [...this.#taken, ...this.#held];
    this.#bytes = this.#held.reduce((sum, { message }) => sum + message.data.length, 0);
    this.#preparedWeight = this.#held.reduce((sum, { prepared }) => sum + (prepared?.weight ?? 0), 0);
    this.#taken.clear();
  }

  /** Forgets all of it, also what was taken. */
  drop(): void {
    if (this.#preparing !== null) clearImmediate(this.#preparing);
    this.#preparing = null;
    this.#unprepared = [];
    this.#held = [];
    this.#bytes = 0;
    this.#preparedWeight = 0;
    this.#taken.clear();
  }

  /** Whether so much is held and prepared; waits for it until `end` is settled. */
  async hasPrepared(weight: number, end: Promise<unknown>): Promise<boolean> {
    if (this.#preparedWeight < weight) {
      await new Promise<void>((resolve) => {
        this.#waiting = { weight, resolve };
        end.then(
          () => resolve(),
          () => resolve(),
        );
      });
      this.#waiting = null;
    }
    return this.#preparedWeight >= weight;
  }

  #prepareSoon(): void {
    this.#preparing ??= setImmediate(() => {
      this.#preparing = null;
      const untilMs = performance.now() + SLICE_MS;
      do {
        const held = this.#unprepared.shift();
        if (held === undefined) return;
        this.#prepared(held);
      } while (performance.now() < untilMs);
      this.#prepareSoon();
    });
  }

  #prepared(held: Held<T>): Prepared<T> {
    if (held.prepared !== null) return held.prepared;
    const content = this.#preparation.prepare(held.message);
    const prepared = { content, weight: this.#preparation.weigh(content) };
    held.prepared = prepared;
    this.#preparedWeight += prepared.weight;
    const waiting = this.#waiting;
    if (waiting !== null && this.#preparedWeight >= waiting.weight) waiting.resolve();
    return prepared;
  }
}
