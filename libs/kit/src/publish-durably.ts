import { setTimeout as sleep } from "node:timers/promises";
import { headers } from "nats";
import { decodeJson, type Bus } from "./bus.ts";

const ACK_TIMEOUT_MS = 2_000;
const RETRY_EVERY_MS = 200;

/**
 * Publishes to a JetStream subject and resolves on the stream's acknowledgement. Throws when the stream is missing, full
 * or silent, after trying again for `retryForMs`. A try whose acknowledgement was lost may be stored twice; consumers
 * are idempotent by event id.
 */
export async function publishDurably(
  bus: Bus,
  message: { subject: string; payload: Uint8Array; messageId: string; retryForMs: number },
): Promise<void> {
  const giveUpAtMs = Date.now() + message.retryForMs;
  for (;;) {
    try {
      await publishOnce(bus, message);
      return;
    } catch (error) {
      if (Date.now() + RETRY_EVERY_MS > giveUpAtMs) throw error;
      await sleep(RETRY_EVERY_MS);
    }
  }
}

async function publishOnce(
  bus: Bus,
  message: { subject: string; payload: Uint8Array; messageId: string },
): Promise<void> {
  if (!bus.isConnected()) throw new Error("NATS is not connected");
  const head = headers();
  head.set("Nats-Msg-Id", message.messageId);
  const reply = await bus.connection.request(message.subject, message.payload, {
    timeout: ACK_TIMEOUT_MS,
    headers: head,
  });
  const ack = decodeJson(reply.data) as { error?: { description?: string } };
  if (ack.error !== undefined) throw new Error(`the stream refused: ${ack.error.description ?? "no reason given"}`);
}
