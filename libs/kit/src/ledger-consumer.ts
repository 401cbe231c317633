import { AUDIT_STREAM } from "@signalbox/proto";
import { AckPolicy, DeliverPolicy, ReplayPolicy, nanos } from "nats";
import { z } from "zod";
import { decodeJson, type Bus } from "./bus.ts";

/** What a killed ledger held comes back after this; a batch is committed and acknowledged in far less. */
const ACK_WAIT_MS = 5_000;
const ACK_PENDING_MAX = 1_024;
const API_TIMEOUT_MS = 2_000;

/**
 * The ledger's durable consumer of AUDIT, as NATS' API writes it. NATS keeps its state in memory, because it would write
 * that to a file of its own ten times a second; where the file system gives freed blocks back to the disk at once, each
 * of those holds up the database's commits. A server that starts again has forgotten the consumer: the queue still holds
 * what was not acknowledged, and the ledger makes the consumer anew.
 */
export const LEDGER_CONSUMER = {
  durable_name: AUDIT_STREAM.consumer,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  replay_policy: ReplayPolicy.Instant,
  ack_wait: nanos(ACK_WAIT_MS),
  max_ack_pending: ACK_PENDING_MAX,
  max_deliver: -1,
  mem_storage: true,
};

const CREATE_SUBJECT = `$JS.API.CONSUMER.DURABLE.CREATE.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;

const CreateReply = z.object({ error: z.object({ description: z.string() }).optional() });

/** Makes the consumer if NATS does not know it; rejects where the queue takes none, or nobody answers. */
export async function ensureLedgerConsumer(bus: Bus): Promise<void> {
  const body = JSON.stringify({ stream_name: AUDIT_STREAM.name, config: LEDGER_CONSUMER });
  const answer = await bus.connection.request(CREATE_SUBJECT, body, { timeout: API_TIMEOUT_MS });
  const { error } = CreateReply.parse(decodeJson(answer.data));
  if (error !== undefined) throw new Error(`The AUDIT queue takes no consumer: ${error.description}`);
}
