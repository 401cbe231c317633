import type { Bus } from "@signalbox/kit";
import { AUDIT_STREAM } from "@signalbox/proto";
import type { Mishaps } from "./mishaps.ts";
import type { Rng } from "./rng.ts";
import type { SimulatedProcess, VirtualTime } from "./virtual-time.ts";

/** How often a message between a client and the server goes wrong, each as a probability. */
type BusFaults = { drop: number; duplicate: number; slow: number };

const NO_BUS_FAULTS: BusFaults = { drop: 0, duplicate: 0, slow: 0 };

const ACK_WAIT_MS = 5_000;
const PULL = `$JS.API.CONSUMER.MSG.NEXT.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const INFO = `$JS.API.CONSUMER.INFO.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const CREATE = `$JS.API.CONSUMER.DURABLE.CREATE.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const STREAM_INFO = `$JS.API.STREAM.INFO.${AUDIT_STREAM.name}`;
const REQUEST_TIMEOUT_MS = 2_000;

type Stored = {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly storedAtMs: number;
  deliveries: number;
  /** In the hands of a client until then. */
  busyUntilMs: number;
  ackedAtMs: number | null;
};

type Pull = { readonly bus: SimulatedBus; readonly reply: string; missing: number; readonly untilMs: number };

type Message = { subject: string; data: Uint8Array; reply?: string; headers?: { code: number; description: string } };
type Listener = (error: Error | null, message: Message & { respond(data?: Uint8Array): boolean }) => void;

/** A server with the AUDIT queue and its one consumer. Whatever travels to it or from it may be late, lost or doubled. */
export class SimulatedNats {
  readonly faults: BusFaults = { ...NO_BUS_FAULTS };
  /** Called for what is published outside of the queue, receipts above all. */
  onPublish: (subject: string, data: Uint8Array) => void = () => {};
  /** Called when a message of the queue is acknowledged for the first time. */
  onAck: (data: Uint8Array) => void = () => {};
  readonly #stored: Stored[] = [];
  #pulls: Pull[] = [];
  #hasConsumer = true;
  readonly #time: VirtualTime;
  readonly #rng: Rng;
  readonly #mishaps: Mishaps;
  #sent = 0;
  #lastArrived = 0;

  constructor(time: VirtualTime, rng: Rng, mishaps: Mishaps) {
    this.#time = time;
    this.#rng = rng;
    this.#mishaps = mishaps;
  }

  get isDrained(): boolean {
    return this.#stored.every(({ ackedAtMs }) => ackedAtMs !== null);
  }

  connect(owner: SimulatedProcess): Bus {
    return new SimulatedBus(this, owner) as unknown as Bus;
  }

  /** A producer's message is in the queue: from here on it counts as acknowledged. */
  store(subject: string, data: Uint8Array): void {
    const seq = this.#stored.length + 1;
    const storedAtMs = this.#time.nowMs;
    this.#stored.push({ seq, subject, data, storedAtMs, deliveries: 0, busyUntilMs: 0, ackedAtMs: null });
    this.#serve();
  }

  /** The server ends and comes back: requests and the consumer are gone, and acknowledgements of the last moments. */
  restart(): void {
    this.#mishaps.add("queue restarted");
    this.#pulls = [];
    this.#hasConsumer = false;
    for (const message of this.#stored) {
      message.busyUntilMs = 0;
      const isFresh = message.ackedAtMs !== null && message.ackedAtMs + 2_000 > this.#time.nowMs;
      if (isFresh && this.#rng.chance(0.7)) message.ackedAtMs = null;
    }
  }

  forget(bus: SimulatedBus): void {
    this.#pulls = this.#pulls.filter((pull) => pull.bus !== bus);
  }

  /** From a client to the server. */
  receive(bus: SimulatedBus, { subject, data, reply }: Message): void {
    this.#travel(null, () => {
      if (subject === PULL && reply !== undefined) this.#takePull(bus, reply, data);
      else if (subject.startsWith("$JS.ACK.")) this.#acknowledge(Number(subject.split(".")[5]));
      else this.onPublish(subject, data);
    });
  }

  /** Null: the answer was lost. */
  request(owner: SimulatedProcess, subject: string): Promise<{ data: Uint8Array }> {
    return new Promise((resolve, reject) => {
      this.#time.later(REQUEST_TIMEOUT_MS, () => reject(new Error("the request timed out")), owner);
      if (![INFO, STREAM_INFO, CREATE].includes(subject) || this.#rng.chance(this.faults.drop)) return;
      this.#time.later(this.#delayMs(), () => {
        const data = Buffer.from(JSON.stringify(this.#answer(subject)));
        this.#time.later(this.#delayMs(), () => resolve({ data }), owner);
      });
    });
  }

  #answer(subject: string): object {
    if (subject === STREAM_INFO) return { state: { last_seq: this.#stored.length } };
    if (subject === CREATE) this.#hasConsumer = true;
    return this.#hasConsumer ? this.#info() : { error: { code: 404, description: "consumer not found" } };
  }

  #takePull(bus: SimulatedBus, reply: string, body: Uint8Array): void {
    if (!this.#hasConsumer) return;
    const {
      batch,
      no_wait: isHasty,
      expires = 0,
    } = JSON.parse(Buffer.from(body).toString("utf8")) as {
      batch: number;
      no_wait?: boolean;
      expires?: number;
    };
    const pull = { bus, reply, missing: batch, untilMs: this.#time.nowMs + expires / 1e6 };
    this.#deliverTo(pull);
    if (pull.missing === 0) return;
    if (isHasty === true) this.#send(bus, { subject: reply, data: new Uint8Array(), headers: status(404) });
    else {
      this.#pulls.push(pull);
      this.#time.later(pull.untilMs - this.#time.nowMs, () => this.#expire(pull));
    }
  }

  #expire(pull: Pull): void {
    if (!this.#pulls.includes(pull)) return;
    this.#pulls = this.#pulls.filter((other) => other !== pull);
    this.#send(pull.bus, { subject: pull.reply, data: new Uint8Array(), headers: status(408) });
  }

  #serve(): void {
    for (const pull of this.#pulls) this.#deliverTo(pull);
    this.#pulls = this.#pulls.filter(({ missing }) => missing > 0);
  }

  #deliverTo(pull: Pull): void {
    const now = this.#time.nowMs;
    const free = this.#stored.filter(({ ackedAtMs, busyUntilMs }) => ackedAtMs === null && busyUntilMs <= now);
    for (const [at, message] of free.entries()) {
      if (pull.missing === 0) return;
      pull.missing -= 1;
      message.deliveries += 1;
      message.busyUntilMs = now + ACK_WAIT_MS;
      this.#time.later(ACK_WAIT_MS + 1, () => this.#serve());
      const { seq, subject, data, deliveries } = message;
      const left = free.length - at - 1;
      const reply = `$JS.ACK.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}.${deliveries}.${seq}.${seq}.0.${left}`;
      this.#send(pull.bus, { subject, data, reply });
    }
  }

  #acknowledge(seq: number): void {
    const message = this.#stored[seq - 1];
    if (message === undefined || message.ackedAtMs !== null) return;
    message.ackedAtMs = this.#time.nowMs;
    this.onAck(message.data);
  }

  #info(): object {
    const delivered = Math.max(0, ...this.#stored.filter(({ deliveries }) => deliveries > 0).map(({ seq }) => seq));
    const open = this.#stored.filter(({ ackedAtMs, seq }) => ackedAtMs === null && seq <= delivered);
    return {
      delivered: { stream_seq: delivered },
      ack_floor: { stream_seq: (open[0]?.seq ?? delivered + 1) - 1 },
      num_pending: this.#stored.length - delivered,
      num_ack_pending: open.length,
    };
  }

  #send(bus: SimulatedBus, message: Message): void {
    this.#travel(bus.owner, () => bus.hear(message));
  }

  /** Each goes its own way, so that they overtake each other. */
  #travel(to: SimulatedProcess | null, arrive: () => void): void {
    if (this.#rng.chance(this.faults.drop)) {
      this.#mishaps.add("message lost");
      return;
    }
    const number = (this.#sent += 1);
    const land = (): void => {
      if (number < this.#lastArrived) this.#mishaps.add("message overtaken");
      this.#lastArrived = Math.max(this.#lastArrived, number);
      arrive();
    };
    this.#time.later(this.#delayMs(), land, to);
    if (!this.#rng.chance(this.faults.duplicate)) return;
    this.#mishaps.add("message doubled");
    this.#time.later(this.#delayMs(), land, to);
  }

  #delayMs(): number {
    if (!this.#rng.chance(this.faults.slow)) return this.#rng.between(0.1, 4);
    this.#mishaps.add("message late");
    return this.#rng.between(10, 3_000);
  }
}

function status(code: number): { code: number; description: string } {
  return { code, description: code === 404 ? "No Messages" : "Request Timeout" };
}

/** What the ledger uses of a connection to NATS. */
class SimulatedBus {
  readonly owner: SimulatedProcess;
  readonly instance: string;
  readonly inbox: string;
  readonly #nats: SimulatedNats;
  readonly #listeners: { prefix: string; callback: Listener }[] = [];

  constructor(nats: SimulatedNats, owner: SimulatedProcess) {
    this.#nats = nats;
    this.owner = owner;
    this.instance = owner.name;
    this.inbox = `_INBOX_audit_ledger.${owner.name}`;
  }

  readonly connection = {
    isClosed: (): boolean => false,
    subscribe: (subject: string, { callback }: { callback: Listener }): { unsubscribe(): void } => {
      this.#listeners.push({ prefix: subject.slice(0, subject.indexOf("*")), callback });
      return { unsubscribe() {} };
    },
    publish: (subject: string, data: Uint8Array | string, { reply }: { reply?: string } = {}): void => {
      if (!this.owner.isDead)
        this.#nats.receive(this, { subject, data: Buffer.from(data), ...(reply === undefined ? {} : { reply }) });
    },
    request: (subject: string): Promise<{ data: Uint8Array }> => this.#nats.request(this.owner, subject),
  };

  isConnected(): boolean {
    return true;
  }

  /** A message of the queue comes on the inbox of the pull that asked for it, under its own subject. */
  hear(message: Message): void {
    const isQueued = message.reply?.startsWith("$JS.ACK.") === true;
    for (const { prefix, callback } of this.#listeners) {
      if (!isQueued && !message.subject.startsWith(prefix)) continue;
      if (isQueued && !prefix.startsWith(this.inbox)) continue;
      const respond = (data: Uint8Array = new Uint8Array()): boolean => {
        this.connection.publish(message.reply ?? "", data);
        return true;
      };
      callback(null, { ...message, respond });
    }
  }
}
