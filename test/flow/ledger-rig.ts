import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { credentials, Metadata } from "@grpc/grpc-js";
import { encodeAuditMessage, type RunningService } from "@signalbox/kit";
import { eventSubject, Receipt, receiptSubject, type Labels } from "@signalbox/proto";
import { LedgerClient } from "@signalbox/proto/grpc/ledger";
import { Frontier, leafHash, parseEnvelope, rawPublicKey } from "@signalbox/tlog";
import type { NatsConnection } from "nats";
import { Pool } from "pg";
import { Config } from "../../services/audit-ledger/src/config.ts";
import { startAuditLedger } from "../../services/audit-ledger/src/service.ts";
import { freshNats, type FreshNats } from "../kit/nats.ts";
import { freshDatabase, type FreshDatabase } from "../kit/postgres.ts";
import { createProducer, type Producer, type SignedEvent } from "./ledger-events.ts";

const PATIENCE_MS = 20_000;
const TOKENS = { ingress: "token of ingress", operator: "token of the operator" } as const;

export type Leaf = {
  readonly index: number;
  readonly bytes: Buffer;
  readonly type: string;
  readonly eventId: string;
  readonly requestId: string;
  readonly decisionId: string | null;
  /** The event that was signed. */
  readonly event: Record<string, unknown>;
};

export type Ledger = RunningService & { readonly client: LedgerClient };

/** A ledger's surroundings: the queue, the database, and the producers that it knows. */
export type LedgerRig = AsyncDisposable & {
  readonly db: FreshDatabase;
  readonly nats: FreshNats;
  readonly operator: NatsConnection;
  /** As the owner of the tables; connects again by itself. */
  readonly owner: Pool;
  readonly policy: Producer;
  readonly dispatcher: Producer;
  /** The ledger itself, as a producer. */
  readonly own: Producer;
  readonly checkpointKey: KeyObject;
  readonly stateFile: string;
  /** The config that `start` uses, as a file would hold it. */
  readonly config: object;
  /** Starts an instance, which ends with the rig unless it is disposed of before. */
  start(overrides?: object): Promise<Ledger>;
  /** Puts events into the queue, one message for each type and tenant, and resolves when it has them. */
  enqueue(events: readonly SignedEvent[], labels?: Labels): Promise<void>;
  /** What the ledger answered for an event; waits for it. */
  receipt(eventId: string): Promise<Receipt["events"][number]>;
  /** All leaves, when there are this many. */
  leaves(atLeast: number): Promise<Leaf[]>;
  quarantined(): Promise<{ reason: string; event_id: string | null }[]>;
  /** Tells the ledger of a producer's key. */
  register(producer: Producer): Promise<void>;
};

/** What the ledger stands between; the run's own server and a fresh NATS when left out. They end with the rig. */
export type LedgerNeighbours = { readonly db?: FreshDatabase; readonly nats?: FreshNats };

export async function startLedgerRig(neighbours: LedgerNeighbours = {}): Promise<LedgerRig> {
  await using starting = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "signalbox-ledger-"));
  starting.defer(() => rm(dir, { recursive: true }));
  const db = starting.use(neighbours.db ?? (await freshDatabase()));
  const nats = starting.use(neighbours.nats ?? (await freshNats()));
  const operator = starting.adopt(await nats.connectAsOperator(), (open) => open.close());
  const owner = starting.adopt(new Pool({ connectionString: db.ownerUrl, max: 1 }), (open) => open.end());
  // A server that ends takes idle connections with it.
  owner.on("error", () => {});
  const [policy, dispatcher, own] = [
    createProducer("policy"),
    createProducer("dispatcher"),
    createProducer("audit-ledger"),
  ];
  const checkpointKey = generateKeyPairSync("ed25519").privateKey;
  const register = (producer: Producer): Promise<void> => registerKey(owner, producer);
  for (const producer of [policy, dispatcher, own]) await register(producer);
  const signingKeyFile = join(dir, "own.pem");
  const keyFile = join(dir, "log.pem");
  await writeFile(signingKeyFile, own.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(keyFile, checkpointKey.export({ type: "pkcs8", format: "pem" }));
  const receipt = await listenReceipts(operator);
  const rest = starting.move();
  const stateFile = join(dir, "signed-head.json");
  const callers = Object.fromEntries(Object.entries(TOKENS).map(([name, token]) => [name, digestOf(token)]));
  const config = {
    logLevel: "silent",
    nats: nats.credentialsFor("audit-ledger"),
    postgres: { url: db.urlFor("audit-ledger") },
    grpc: { callers },
    signingKeyFile,
    checkpoint: { origin: "signalbox.test/log", keyFile, stateFile },
  };
  return {
    db,
    nats,
    operator,
    owner,
    config,
    policy,
    dispatcher,
    own,
    checkpointKey,
    stateFile,
    receipt,
    register,
    start: async (overrides = {}) => rest.use(await startLedger({ ...config, ...overrides })),
    enqueue: (events, labels) => enqueue(operator, events, labels),
    leaves: async (atLeast) => {
      return await until(async () => {
        const leaves = await readLeaves(owner);
        return leaves.length >= atLeast ? leaves : undefined;
      });
    },
    quarantined: async () => (await owner.query("select reason, event_id from ledger_quarantine order by id")).rows,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function startLedger(config: object): Promise<Ledger> {
  const service = await startAuditLedger(Config.parse(config));
  const client = new LedgerClient(`127.0.0.1:${service.ports.grpc}`, credentials.createInsecure());
  let isDisposed = false;
  return {
    ports: service.ports,
    client,
    async [Symbol.asyncDispose]() {
      if (isDisposed) return;
      isDisposed = true;
      client.close();
      await service[Symbol.asyncDispose]();
    },
  };
}

function digestOf(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}

/** The metadata of a call by this service. */
export function as(caller: keyof typeof TOKENS): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${TOKENS[caller]}`);
  return metadata;
}

async function registerKey(owner: Pool, { keyId, service, publicKey }: Producer): Promise<void> {
  await owner.query("insert into ledger_producer (key_id, service, public_key) values ($1, $2, $3)", [
    keyId,
    service,
    rawPublicKey(publicKey),
  ]);
}

async function listenReceipts(operator: NatsConnection): Promise<LedgerRig["receipt"]> {
  const seen = new Map<string, Receipt["events"][number]>();
  operator.subscribe(receiptSubject("*"), {
    callback: (_error, message) => {
      for (const event of Receipt.parse(message.json()).events) seen.set(event.eventId, event);
    },
  });
  await operator.flush();
  return async (eventId) => {
    const found = await until(() => seen.get(eventId));
    seen.delete(eventId);
    return found;
  };
}

async function enqueue(operator: NatsConnection, events: readonly SignedEvent[], labels?: Labels): Promise<void> {
  const bySubject = Map.groupBy(events, ({ type, tenant }) => eventSubject(type, tenant));
  for (const [subject, group] of bySubject) {
    const payload = encodeAuditMessage(group.map(({ envelope }) => ({ envelope, labels: labels ?? null })));
    const ack = await operator.request(subject, payload, { timeout: PATIENCE_MS });
    if (ack.json<{ error?: unknown }>().error !== undefined) throw new Error("the queue refused the events");
  }
}

async function readLeaves(owner: Pool): Promise<Leaf[]> {
  const { rows } = await owner.query<{
    idx: string;
    leaf: Buffer;
    type: string;
    event_id: string;
    request_id: string;
    decision_id: string | null;
  }>("select idx, leaf, type, event_id, request_id, decision_id from ledger_leaf order by idx");
  return rows.map((row) => ({
    index: Number(row.idx),
    bytes: row.leaf,
    type: row.type,
    eventId: row.event_id,
    requestId: row.request_id,
    decisionId: row.decision_id,
    event: JSON.parse(Buffer.from(parseEnvelope(row.leaf)?.payload ?? []).toString("utf8")) as Leaf["event"],
  }));
}

/** The RFC 6962 root over the bytes of these leaves. */
export function rootOf(leaves: readonly Leaf[]): Buffer {
  const tree = Frontier.empty();
  for (const { bytes } of leaves) tree.append(leafHash(bytes));
  return Buffer.from(tree.root());
}

/** The head row as it stands. */
export async function headOf(owner: Pool): Promise<{ size: number; root: Buffer }> {
  const { rows } = await owner.query<{ size: string; root: Buffer }>("select size, root from ledger_head");
  return { size: Number(rows[0]?.size), root: rows[0]?.root ?? Buffer.alloc(0) };
}

/** Asks again until there is an answer. */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error("what the test waits for did not happen");
    await sleep(20);
  }
}
