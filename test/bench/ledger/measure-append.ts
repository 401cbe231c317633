import { setTimeout as sleep } from "node:timers/promises";
import { Receipt, receiptSubject } from "@signalbox/proto";
import { percentile } from "../percentile.ts";
import type { BenchLedger } from "./bench-ledger.ts";
import { cpuTimes, cpuUsEach, ledgerMemoryMiB } from "./process-costs.ts";
import { requestMessages, type Message } from "./signed-load.ts";

/**
 * Events on their way at a time: a few batches, as a line holds that is never ahead of its ledger by more than a
 * second.
 */
const OUTSTANDING_MAX = 8_192;
const DRAIN_LIMIT_MS = 120_000;
const RECEIPT_LIMIT_MS = 5_000;
const TICK_MS = 10;
/** What came late is sent bit by bit, as producers do: a message has a limit. */
const TICK_REQUESTS_MAX = 128;
const LOOK_EVERY_MS = 50;

type Sustained = {
  readonly events: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Microseconds of CPU for an event, by process. */
  readonly cpuUs: ReadonlyMap<string, number>;
  /** Of the ledger, MiB of resident memory: after a tenth of the events, and at the end. */
  readonly memoryMiB: { readonly early: number; readonly late: number };
  /** The longest time for which the newest checkpoint did not cover what was committed before. */
  readonly checkpointAgeMs: number;
};

/** Appends signed messages as fast as the ledger takes them, for at most so many seconds. */
export async function measureSustained(
  ledger: BenchLedger,
  { messages, seconds }: { messages: readonly Message[]; seconds: number },
): Promise<Sustained> {
  const before = await statusOf(ledger);
  const cpuBefore = cpuTimes();
  const startedAtMs = performance.now();
  const deadlineMs = startedAtMs + seconds * 1_000;
  const waiting = new Set<Promise<unknown>>();
  const age = new CheckpointAge();
  let [sent, committed, lookAtMs, early] = [0, 0, 0, NaN];
  async function look(): Promise<void> {
    const { size, checkpoint } = await statusOf(ledger);
    committed = size - before.size;
    age.see(performance.now(), { size, checkpoint });
    lookAtMs = performance.now() + LOOK_EVERY_MS;
  }
  for (const { subject, payload, eventIds } of messages) {
    if (performance.now() > deadlineMs) break;
    const asked: Promise<unknown> = ledger.nats.request(subject, payload, { timeout: DRAIN_LIMIT_MS });
    const answered = asked.finally(() => waiting.delete(answered));
    waiting.add(answered);
    sent += eventIds.length;
    if (Number.isNaN(early) && sent > messages.length * 6) early = ledgerMemoryMiB();
    while (sent - committed > OUTSTANDING_MAX) {
      if (performance.now() < lookAtMs) await sleep(lookAtMs - performance.now());
      await look();
    }
  }
  await Promise.all(waiting);
  while (committed < sent) {
    if (performance.now() > deadlineMs + DRAIN_LIMIT_MS) throw new Error("the ledger did not catch up");
    await sleep(LOOK_EVERY_MS);
    await look();
  }
  const tookSeconds = (performance.now() - startedAtMs) / 1_000;
  return {
    events: sent,
    seconds: tookSeconds,
    perSecond: sent / tookSeconds,
    cpuUs: cpuUsEach(cpuBefore, cpuTimes(), sent),
    memoryMiB: { early, late: ledgerMemoryMiB() },
    checkpointAgeMs: age.worstMs,
  };
}

/** How long what was seen committed has waited for a checkpoint over it. */
class CheckpointAge {
  worstMs = 0;
  /** What was seen committed, with the time; the oldest that no checkpoint covers yet is first. */
  #seen: { atMs: number; size: number }[] = [];

  see(nowMs: number, { size, checkpoint }: { size: number; checkpoint: number }): void {
    this.#seen.push({ atMs: nowMs, size });
    const uncovered = this.#seen.findIndex((one) => one.size > checkpoint);
    this.#seen = uncovered === -1 ? [] : this.#seen.slice(uncovered);
    this.worstMs = Math.max(this.worstMs, nowMs - (this.#seen[0]?.atMs ?? nowMs));
  }
}

/** From publish to receipt at a steady rate; an event without a receipt counts as the limit. */
export async function measureReceipts(
  ledger: BenchLedger,
  load: { perSecond: number; seconds: number },
): Promise<{ readonly p50Ms: number; readonly p99Ms: number }> {
  const sentAtMs = new Map<string, number>();
  const tookMs: number[] = [];
  const subscription = ledger.nats.subscribe(receiptSubject("*"), {
    callback: (_error, message) => {
      const nowMs = performance.now();
      for (const { eventId } of message.json<Receipt>().events) {
        const at = sentAtMs.get(eventId);
        sentAtMs.delete(eventId);
        if (at !== undefined) tookMs.push(nowMs - at);
      }
    },
  });
  const untilMs = performance.now() + load.seconds * 1_000;
  await sendSteadily(ledger, load.perSecond, {
    isOver: () => performance.now() >= untilMs,
    onSend: (eventId) => sentAtMs.set(eventId, performance.now()),
  });
  const deadlineMs = performance.now() + RECEIPT_LIMIT_MS;
  while (sentAtMs.size > 0 && performance.now() < deadlineMs) await sleep(TICK_MS);
  subscription.unsubscribe();
  const all = [...tookMs, ...Array.from(sentAtMs, () => RECEIPT_LIMIT_MS)];
  return { p50Ms: percentile(all, 0.5), p99Ms: percentile(all, 0.99) };
}

/** Does the work while events are appended at a steady rate. */
export async function whileAppending<T>(ledger: BenchLedger, perSecond: number, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  const sending = sendSteadily(ledger, perSecond, { isOver: () => isDone, onSend: () => {} });
  const result = await work().finally(() => {
    isDone = true;
  });
  await sending;
  return result;
}

async function sendSteadily(
  ledger: BenchLedger,
  perSecond: number,
  { isOver, onSend }: { isOver: () => boolean; onSend: (eventId: string) => void },
): Promise<void> {
  const startedAtMs = performance.now();
  for (let sent = 0; !isOver();) {
    const due = ((performance.now() - startedAtMs) / 1_000) * perSecond;
    const messages = requestMessages(ledger, Math.min(TICK_REQUESTS_MAX, Math.floor((due - sent) / 2)));
    for (const { subject, payload, eventIds } of messages) {
      for (const eventId of eventIds) onSend(eventId);
      ledger.nats.publish(subject, payload);
      sent += eventIds.length;
    }
    await sleep(TICK_MS);
  }
}

type Status = { readonly size: number; readonly checkpoint: number };

async function statusOf({ owner }: BenchLedger): Promise<Status> {
  const { rows } = await owner.query<{ size: string; checkpoint: string | null }>(
    "select size, (select max(size) from ledger_checkpoint) as checkpoint from ledger_head",
  );
  return { size: Number(rows[0]?.size), checkpoint: Number(rows[0]?.checkpoint ?? 0) };
}
