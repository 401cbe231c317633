import { generateKeyPairSync } from "node:crypto";
import { decodeAuditMessage, encodeAuditMessage, type Logger } from "@signalbox/kit";
import { eventSubject, Receipt } from "@signalbox/proto";
import { producerKeyId } from "@signalbox/tlog";
import { sendReceipts } from "../../services/audit-ledger/src/announce/receipts.ts";
import { createOwnEvents } from "../../services/audit-ledger/src/append/own-events.ts";
import { BatchReader } from "../../services/audit-ledger/src/append/read-batch.ts";
import { Sequencer } from "../../services/audit-ledger/src/append/sequencer.ts";
import { ProducerKeys } from "../../services/audit-ledger/src/events/producer-keys.ts";
import { keyRows, type EventPool, type PooledEvent } from "./event-pool.ts";
import { problemsOf, type Played } from "./invariants.ts";
import type { Mishaps } from "./mishaps.ts";
import { Rng } from "./rng.ts";
import { SimulatedNats } from "./simulated-nats.ts";
import { SimulatedDatabase } from "./simulated-database.ts";
import { SimulatedSession } from "./simulated-store.ts";
import { VirtualTime, type SimulatedProcess } from "./virtual-time.ts";

/** Less than a redelivery takes, so that what is only late is suspected. */
const GAP_AFTER_MS = 3_000;
/** Faults happen for so long, and then no more. */
const FAULTY_MS = 12_000;
/** Redeliveries, gaps and abandoned requests are through by then. */
const QUIET_MS = 50_000;
/** What still hangs from the time of the faults comes again by then; a run that is well then is over. */
const CALM_MS = FAULTY_MS + 8_000;
const LOOK_EVERY_MS = 2_000;
const FREEZE_MAX_MS = 9_000;

const { privateKey } = generateKeyPairSync("ed25519");
const OWN_KEY = { keyId: producerKeyId(privateKey), privateKey };
const SILENT = new Proxy({}, { get: () => () => {} }) as Logger;

const BLOWS = { kill: "process killed", cut: "connection cut", freeze: "process frozen" } as const;

type Instance = {
  readonly process: SimulatedProcess;
  readonly sequencer: Sequencer;
  readonly sessions: SimulatedSession[];
};

/** One run of the ledger's sequencer, two instances of it, over a queue and a database that go wrong as the seed says. */
export async function simulate(seed: number, pool: EventPool, mishaps: Mishaps): Promise<string[]> {
  const world = new World(seed, pool, mishaps);
  return world.run();
}

class World {
  readonly #rng: Rng;
  readonly #time: VirtualTime;
  readonly #nats: SimulatedNats;
  readonly #db: SimulatedDatabase;
  readonly #pool: EventPool;
  readonly #mishaps: Mishaps;
  readonly #played: Played;
  readonly #instances: (Instance | null)[] = [null, null];
  #started = 0;

  constructor(seed: number, pool: EventPool, mishaps: Mishaps) {
    this.#mishaps = mishaps;
    this.#rng = new Rng(seed);
    this.#time = new VirtualTime(this.#rng);
    this.#nats = new SimulatedNats(this.#time, this.#rng, mishaps);
    this.#db = new SimulatedDatabase(this.#time, keyRows(pool), mishaps);
    this.#pool = pool;
    this.#played = { pool, db: this.#db, storedAtMs: new Map(), gapAfterMs: GAP_AFTER_MS, problems: [] };
  }

  async run(): Promise<string[]> {
    using _installed = this.#time.install();
    this.#watch();
    this.#chooseFaults();
    this.#playEvents();
    this.#instances.forEach((_, slot) => this.#start(slot));
    await this.#time.run(FAULTY_MS);
    this.#endFaults();
    let found: string[];
    do {
      await this.#time.run(this.#time.nowMs + LOOK_EVERY_MS);
      found = this.#nats.isDrained ? problemsOf(this.#played) : ["the queue is not drained"];
    } while (this.#time.nowMs < QUIET_MS && (found.length > 0 || this.#time.nowMs < CALM_MS));
    for (const slot of this.#instances.keys()) this.#kill(slot);
    return found;
  }

  /** Receipts and acknowledgements are held against what is committed at that very moment. */
  #watch(): void {
    const { problems } = this.#played;
    this.#nats.onPublish = (subject, data) => {
      if (!subject.includes(".receipt.")) return;
      for (const event of Receipt.parse(JSON.parse(Buffer.from(data).toString("utf8"))).events) {
        if (event.status !== "committed") continue;
        const leaf = this.#db.leaves[event.index]?.event;
        if (leaf?.eventId !== event.eventId) problems.push(`a receipt names index ${event.index} wrongly`);
      }
    };
    this.#nats.onAck = (data) => {
      for (const { envelope } of decodeAuditMessage(data)) {
        if (!this.#isKept(envelope)) problems.push("a message was acknowledged before it was committed");
      }
    };
  }

  #isKept(envelope: Uint8Array): boolean {
    const same = (kept: { readonly envelope: Uint8Array }): boolean => Buffer.compare(kept.envelope, envelope) === 0;
    return this.#db.leaves.some(({ event }) => same(event)) || this.#db.quarantine.some(same);
  }

  #chooseFaults(): void {
    const rng = this.#rng;
    const often = rng.pick([0, 0.01, 0.04]);
    const { faults } = this.#db;
    for (const kind of ["breakBefore", "breakAfter", "dieBefore", "dieAfter"] as const) {
      faults[kind] = rng.chance(0.5) ? often : 0;
    }
    faults.loseLock = rng.chance(0.3) ? 0.02 : 0;
    Object.assign(this.#nats.faults, {
      drop: rng.pick([0, 0.02, 0.1]),
      duplicate: rng.pick([0, 0.1]),
      slow: rng.pick([0, 0.05, 0.2]),
    });
    const restarts = rng.int(0, 2);
    for (let n = 0; n < restarts; n += 1) this.#time.later(rng.between(0, FAULTY_MS), () => this.#nats.restart());
    const strikes = rng.int(0, 6);
    for (let n = 0; n < strikes; n += 1) this.#time.later(rng.between(0, FAULTY_MS), () => this.#strike());
    const retire = (): void => this.#db.retire(this.#pool.retiring.keyId);
    const when = rng.pick(["never", "never", "any time", "as keys are read"] as const);
    if (when === "any time") this.#time.later(rng.between(0, FAULTY_MS), retire);
    if (when === "as keys are read") this.#db.retireAtLook(rng.int(1, 4), retire);
  }

  /** Something happens to one of the processes, wherever it is at. */
  #strike(): void {
    const slot = this.#rng.int(0, 1);
    const instance = this.#instances[slot];
    if (instance == null) return;
    const blow = this.#rng.pick(["kill", "kill", "cut", "freeze"] as const);
    this.#mishaps.add(BLOWS[blow]);
    if (blow === "kill") this.#kill(slot);
    else if (blow === "cut") instance.sessions.at(-1)?.break();
    else instance.process.frozenUntilMs = this.#time.nowMs + this.#rng.between(100, FREEZE_MAX_MS);
  }

  #endFaults(): void {
    for (const faults of [this.#db.faults, this.#nats.faults]) {
      for (const kind of Object.keys(faults)) Object.assign(faults, { [kind]: 0 });
    }
  }

  /** Some events never come, some come twice or three times, and now and then one comes with other bytes. */
  #playEvents(): void {
    const rng = this.#rng;
    const loss = rng.pick([0, 0, 0.08]);
    const waiting = this.#pool.requests.slice(0, rng.int(4, this.#pool.requests.length)).flat();
    for (let at = 0; at < waiting.length;) {
      const first = waiting[at] as PooledEvent;
      const alike = waiting.slice(at, at + rng.int(1, 3)).filter(({ type }) => type === first.type);
      at += Math.max(1, alike.length);
      if (rng.chance(loss)) {
        this.#mishaps.add("event lost");
        continue;
      }
      const copies = rng.pick([1, 1, 1, 2, 3]);
      if (copies > 1) this.#mishaps.add("event sent again");
      for (let copy = 0; copy < copies; copy += 1) this.#storeLater(alike);
      const twin = this.#pool.twins.get(first.eventId);
      if (twin === undefined || !rng.chance(0.5)) continue;
      this.#mishaps.add("event with other bytes");
      this.#storeLater([twin]);
    }
  }

  #storeLater(events: readonly PooledEvent[]): void {
    const [first] = events;
    if (first === undefined) return;
    const data = encodeAuditMessage(events.map(({ envelope }) => ({ envelope, labels: null })));
    this.#time.later(this.#rng.between(0, 0.9 * FAULTY_MS), () => {
      this.#nats.store(eventSubject(first.type, first.tenant), data);
      for (const event of events) {
        const known = this.#played.storedAtMs.get(event);
        this.#played.storedAtMs.set(event, Math.min(known ?? Infinity, this.#time.nowMs));
      }
    });
  }

  #start(slot: number): void {
    this.#started += 1;
    const process = { name: `ledger-${this.#started}`, isDead: false, frozenUntilMs: 0 };
    const sessions: SimulatedSession[] = [];
    const [db, time, rng] = [this.#db, this.#time, this.#rng];
    // Small enough that one is whole, and sent, while the one before it is on its way.
    const batchEvents = rng.pick([1, 2, 4, 256]);
    const openStore = async (): Promise<SimulatedSession> => {
      await time.delay(rng.between(1, 20), process);
      const session = new SimulatedSession({ db, time, rng, owner: process, die: () => this.#kill(slot) });
      sessions.push(session);
      return session;
    };
    time.within(process, () => {
      const bus = this.#nats.connect(process);
      const sequencer = new Sequencer({
        bus,
        log: SILENT,
        origin: "simulation.test/log",
        openStore,
        gapAfterMs: GAP_AFTER_MS,
        reader: new BatchReader(new ProducerKeys(async () => db.keys), { batchEvents }),
        sign: createOwnEvents(process.name, OWN_KEY),
        admitHead: async () => {},
        announce: ({ plan, head }) => {
          if (db.rootAt(head.size) !== head.root.toString("base64")) {
            this.#played.problems.push(`the sequencer holds another root for ${head.size}`);
          }
          sendReceipts(bus, plan);
        },
      });
      this.#instances[slot] = { process, sequencer, sessions };
    });
  }

  /** The process is gone in the middle of whatever it does; the database notices a little later, and it is started again. */
  #kill(slot: number): void {
    const instance = this.#instances[slot];
    if (instance == null) return;
    this.#instances[slot] = null;
    instance.process.isDead = true;
    this.#time.forget(instance.process);
    for (const session of instance.sessions) this.#time.later(this.#rng.between(0, 50), () => session.break());
    this.#time.later(this.#rng.between(50, 3_000), () => this.#start(slot));
  }
}
