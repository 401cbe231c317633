import { decodeJson, type Bus } from "@signalbox/kit";
import { AUDIT_STREAM } from "@signalbox/proto";
import { z } from "zod";

const INFO_SUBJECT = `$JS.API.CONSUMER.INFO.${AUDIT_STREAM.name}.${AUDIT_STREAM.consumer}`;
const INFO_TIMEOUT_MS = 2_000;

const ConsumerInfo = z.object({
  delivered: z.object({ stream_seq: z.int() }),
  ack_floor: z.object({ stream_seq: z.int() }),
  num_pending: z.int(),
  num_ack_pending: z.int(),
});

/** Where the ledger stands in the queue, as stream sequence numbers. */
export type ConsumerPosition = {
  /** The newest message that the queue holds or held. */
  readonly last: number;
  /** Every message up to this one is dealt with, redeliveries included. */
  readonly done: number;
};

export async function consumerPosition(bus: Bus): Promise<ConsumerPosition> {
  const reply = await bus.connection.request(INFO_SUBJECT, "", { timeout: INFO_TIMEOUT_MS });
  const info = ConsumerInfo.parse(decodeJson(reply.data));
  const delivered = info.delivered.stream_seq;
  return {
    last: delivered + info.num_pending,
    done: info.num_ack_pending === 0 ? delivered : info.ack_floor.stream_seq,
  };
}
