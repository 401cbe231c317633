import { setTimeout as sleep } from "node:timers/promises";
import { credentials, Metadata } from "@grpc/grpc-js";
import { encodeAuditMessage, uuidv7 } from "@signalbox/kit";
import { eventSubject, Receipt, receiptSubject } from "@signalbox/proto";
import { LedgerClient } from "@signalbox/proto/grpc/ledger";
import { EntryChecker, Frontier, leafHash } from "@signalbox/tlog";
import { mayRecord } from "../../../infra/cli/verify/may-record.ts";
import { decisionEvent, outcomeEvent, type SignedEvent } from "../../flow/ledger-events.ts";
import { percentile } from "../percentile.ts";
import type { BenchLedger } from "./bench-ledger.ts";

/** Requests whose events are signed and sent together, as a busy producer does. */
const REQUESTS_AT_ONCE = 64;
/** Messages that wait for the queue's answer at a time. */
const IN_FLIGHT_MAX = 8;
const DRAIN_LIMIT_MS = 120_000;
const RECEIPT_LIMIT_MS = 5_000;
const TICK_MS = 10;

type Message = { readonly subject: string; readonly payload: Uint8Array; readonly eventIds: readonly string[] };

/** Events per second from the first publish to the last commit, every producer's signature verified on the way. */
export async function measureSustained(
  ledger: BenchLedger,
  seconds: number,
): Promise<{ events: number; perSecond: number }> {
  const sizeBefore = await sizeOf(ledger);
  const startedAtMs = performance.now();
  const waiting = new Set<Promise<unknown>>();
  let sent = 0;
  while (performance.now() < startedAtMs + seconds * 1_000) {
    for (const { subject, payload, eventIds } of requests(ledger, REQUESTS_AT_ONCE)) {
      const asked: Promise<unknown> = ledger.nats.request(subject, payload, { timeout: DRAIN_LIMIT_MS });
      const answered = asked.finally(() => waiting.delete(answered));
      waiting.add(answered);
      sent += eventIds.length;
    }
    if (waiting.size >= IN_FLIGHT_MAX) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  while ((await sizeOf(ledger)) < sizeBefore + sent) {
    if (performance.now() > startedAtMs + seconds * 1_000 + DRAIN_LIMIT_MS)
      throw new Error("the ledger did not catch up");
    await sleep(TICK_MS);
  }
  return { events: sent, perSecond: sent / ((performance.now() - startedAtMs) / 1_000) };
}

/** From publish to receipt at a steady rate; an event without a receipt counts as the limit. */
export async function measureReceipts(
  ledger: BenchLedger,
  load: { perSecond: number; seconds: number },
): Promise<number> {
  const sentAtMs = new Map<string, number>();
  const tookMs: number[] = [];
  const subscription = ledger.nats.subscribe(receiptSubject("*"), {
    callback: (_error, message) => {
      for (const { eventId } of Receipt.parse(message.json()).events) {
        const at = sentAtMs.get(eventId);
        sentAtMs.delete(eventId);
        if (at !== undefined) tookMs.push(performance.now() - at);
      }
    },
  });
  const startedAtMs = performance.now();
  for (let sent = 0; performance.now() < startedAtMs + load.seconds * 1_000;) {
    const due = ((performance.now() - startedAtMs) / 1_000) * load.perSecond;
    const messages = requests(ledger, Math.floor((due - sent) / 2));
    for (const { subject, payload, eventIds } of messages) {
      for (const eventId of eventIds) sentAtMs.set(eventId, performance.now());
      ledger.nats.publish(subject, payload);
      sent += eventIds.length;
    }
    await sleep(TICK_MS);
  }
  const deadlineMs = performance.now() + RECEIPT_LIMIT_MS;
  while (sentAtMs.size > 0 && performance.now() < deadlineMs) await sleep(TICK_MS);
  subscription.unsubscribe();
  return percentile([...tookMs, ...Array.from(sentAtMs, () => RECEIPT_LIMIT_MS)], 0.99);
}

/** One inclusion proof after the other, of events drawn from the whole log. */
export async function measureProofs(ledger: BenchLedger, count: number): Promise<number> {
  const { rows } = await ledger.owner.query<{ event_id: string }>(
    "select event_id from ledger_event order by md5(event_id::text) limit $1",
    [count],
  );
  const client = new LedgerClient(ledger.grpcAddress, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${ledger.token}`);
  const prove = (eventId: string): Promise<void> => {
    return new Promise((resolve, reject) => {
      client.prove({ tenant: "", id: "", eventId }, metadata, (error) => (error === null ? resolve() : reject(error)));
    });
  };
  const tookMs: number[] = [];
  for (const { event_id: eventId } of rows) {
    const startedAtMs = performance.now();
    await prove(eventId);
    tookMs.push(performance.now() - startedAtMs);
  }
  client.close();
  return percentile(tookMs, 0.99);
}

export type Verified = { readonly leafBytes: number; readonly hashed: number; readonly signed: number };

/** The median leaf, and how many leaves a second one core hashes into the tree, alone and with every signature checked. */
export async function measureVerify(ledger: BenchLedger, count: number): Promise<Verified> {
  const { rows } = await ledger.owner.query<{ leaf: Buffer }>("select leaf from ledger_leaf order by idx limit $1", [
    count,
  ]);
  const leaves = rows.map(({ leaf }) => leaf);
  const producers = new Map(
    [ledger.policy, ledger.dispatcher].map(({ keyId, service, publicKey: key }) => [keyId, { service, key }]),
  );
  const hash = (): Buffer => {
    const tree = Frontier.empty();
    for (const leaf of leaves) tree.append(leafHash(leaf));
    return Buffer.from(tree.root());
  };
  const checker = new EntryChecker({ producers, mayRecord });
  const check = (): void => {
    hash();
    for (const [index, leaf] of leaves.entries()) {
      if (checker.check(index, leaf).kind !== "sound") throw new Error(`leaf ${index} does not hold`);
    }
  };
  return {
    leafBytes: percentile(
      leaves.map(({ length }) => length),
      0.5,
    ),
    hashed: perSecond(leaves.length, hash),
    signed: perSecond(leaves.length, check),
  };
}

function perSecond(count: number, work: () => unknown): number {
  const startedAtMs = performance.now();
  work();
  return count / ((performance.now() - startedAtMs) / 1_000);
}

/** The decisions of some requests in one message and their outcomes in another, each under one signature. */
function requests({ policy, dispatcher }: BenchLedger, count: number): Message[] {
  if (count <= 0) return [];
  const parts = Array.from({ length: count }, () => ({ requestId: uuidv7(), decisionId: uuidv7() }));
  return [messageOf(policy.sign(parts.map(decisionEvent))), messageOf(dispatcher.sign(parts.map(outcomeEvent)))];
}

function messageOf(events: readonly SignedEvent[]): Message {
  const [first] = events;
  if (first === undefined) throw new Error("a message holds events");
  return {
    subject: eventSubject(first.type, first.tenant),
    payload: encodeAuditMessage(events.map(({ envelope }) => ({ envelope, labels: null }))),
    eventIds: events.map(({ eventId }) => eventId),
  };
}

async function sizeOf({ owner }: BenchLedger): Promise<number> {
  const { rows } = await owner.query<{ size: string }>("select size from ledger_head");
  return Number(rows[0]?.size);
}
