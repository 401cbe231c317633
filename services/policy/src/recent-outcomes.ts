import { type Bus, decodeJson, subscribe, uuidv7 } from "@signalbox/kit";
import { LEDGER_STREAM, ledgerSubject } from "@signalbox/proto";
import { z } from "zod";

/**
 * How far back is read: as far as the longest time that a failure alone keeps an endpoint out, and less where so much
 * has happened that the newest of it says enough.
 */
const WINDOWS_MS = [600_000, 120_000, 30_000, 5_000] as const;
const MESSAGES_MAX = 4_000;
const BATCH_MESSAGES = 64;
const API_TIMEOUT_MS = 2_000;
/** A start waits no longer; what is not read by then is left out. */
const READ_TIMEOUT_MS = 3_000;
/** The server forgets a consumer that nobody has asked for so long. */
const CONSUMER_LIFE_NS = 10_000_000_000;

const OUTCOMES = ledgerSubject("outcome", "*");

const CreateReply = z.union([
  z.object({ name: z.string(), num_pending: z.int() }),
  z.object({ error: z.object({ description: z.string() }) }),
]);

/** A consumer of its own in the LEDGER stream, with how many messages stand before it. */
type Consumer = { readonly name: string; readonly pending: number };

/**
 * Passes on the messages of the last minutes' committed outcomes, oldest first, and resolves with their number. They are
 * fetched batch by batch, so that no more of them wait in memory than one batch. Rejects when the stream cannot be read.
 */
export async function readRecentOutcomes(bus: Bus, onMessage: (data: Uint8Array) => void): Promise<number> {
  const deadline = performance.now() + READ_TIMEOUT_MS;
  const { name, pending } = await openConsumer(bus);
  let read = 0;
  while (read < pending && performance.now() < deadline) {
    const count = await readBatch(bus, { name, batch: Math.min(BATCH_MESSAGES, pending - read), onMessage });
    // The stream has dropped what was still there when it was counted.
    if (count === 0) break;
    read += count;
  }
  return read;
}

async function openConsumer(bus: Bus): Promise<Consumer> {
  for (const [index, windowMs] of WINDOWS_MS.entries()) {
    const consumer = await createConsumer(bus, Date.now() - windowMs);
    if (consumer.pending <= MESSAGES_MAX || index === WINDOWS_MS.length - 1) return consumer;
  }
  throw new Error("There is no window.");
}

async function createConsumer(bus: Bus, sinceMs: number): Promise<Consumer> {
  const name = `health-${uuidv7()}`;
  const subject = `$JS.API.CONSUMER.CREATE.${LEDGER_STREAM.name}.${name}.${OUTCOMES}`;
  const config = {
    name,
    filter_subject: OUTCOMES,
    deliver_policy: "by_start_time",
    opt_start_time: new Date(sinceMs).toISOString(),
    ack_policy: "none",
    replay_policy: "instant",
    inactive_threshold: CONSUMER_LIFE_NS,
    mem_storage: true,
  };
  const body = JSON.stringify({ stream_name: LEDGER_STREAM.name, config });
  const answer = await bus.connection.request(subject, body, { timeout: API_TIMEOUT_MS });
  const reply = CreateReply.parse(decodeJson(answer.data));
  if ("error" in reply) throw new Error(`The LEDGER stream takes no consumer: ${reply.error.description}`);
  return { name: reply.name, pending: reply.num_pending };
}

type Batch = { readonly name: string; readonly batch: number; readonly onMessage: (data: Uint8Array) => void };

/** Resolves with how many came, once all of them have or the server says that there are no more. */
async function readBatch(bus: Bus, { name, batch, onMessage }: Batch): Promise<number> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  const inbox = `${bus.inbox}.recent.${uuidv7()}`;
  let count = 0;
  using _subscription = subscribe(bus, inbox, {
    callback: (error, message) => {
      // The stream's messages keep their own subject; what comes to the inbox by name is the server's own status.
      if (error !== null || message.subject === inbox) {
        end();
        return;
      }
      count += 1;
      onMessage(message.data);
      if (count === batch) end();
    },
  });
  const timer = setTimeout(end, API_TIMEOUT_MS);
  try {
    const next = `$JS.API.CONSUMER.MSG.NEXT.${LEDGER_STREAM.name}.${name}`;
    bus.connection.publish(next, JSON.stringify({ batch, no_wait: true }), { reply: inbox });
    await ended;
    return count;
  } finally {
    clearTimeout(timer);
  }
}
