import { AUDIT_STREAM } from "@signalbox/proto";
import { z } from "zod";
import { decodeJson, type Bus } from "./bus.ts";

const STREAM_SUBJECT = `$JS.API.STREAM.INFO.${AUDIT_STREAM.name}`;
const CONSUMER_SUBJECT = `$JS.API.CONSUMER.INFO.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const INFO_TIMEOUT_MS = 2_000;

const StreamInfo = z.object({ state: z.object({ last_seq: z.int() }) });
const ConsumerInfo = z.object({
  delivered: z.object({ stream_seq: z.int() }),
  ack_floor: z.object({ stream_seq: z.int() }),
  num_pending: z.int(),
  num_ack_pending: z.int(),
});

/** Where the ledger stands in the AUDIT queue, as stream sequence numbers. */
type ConsumerPosition = {
  /** The newest message that the queue holds or held. */
  readonly last: number;
  /** Every message up to this one is dealt with, redeliveries included. */
  readonly done: number;
};

/**
 * Asks NATS where the ledger stands; rejects when it does not answer in time. `last` is the stream's own count, because
 * the sum of what is delivered and pending falls short by every message that somebody deleted. It is asked for first:
 * when nothing is left to deliver or acknowledge afterwards, all that was in the queue then has been dealt with.
 */
export async function consumerPosition(bus: Bus): Promise<ConsumerPosition> {
  const stream = await ask(bus, STREAM_SUBJECT, StreamInfo);
  const consumer = await ask(bus, CONSUMER_SUBJECT, ConsumerInfo);
  const last = stream.state.last_seq;
  const delivered = consumer.delivered.stream_seq;
  if (consumer.num_ack_pending > 0) return { last, done: consumer.ack_floor.stream_seq };
  return { last, done: consumer.num_pending === 0 ? Math.max(last, delivered) : delivered };
}

async function ask<T>(bus: Bus, subject: string, schema: z.ZodType<T>): Promise<T> {
  const reply = await bus.connection.request(subject, "", { timeout: INFO_TIMEOUT_MS });
  return schema.parse(decodeJson(reply.data));
}
