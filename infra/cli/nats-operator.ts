import { inboxPrefix } from "@signalbox/proto";
import type { NatsConnection } from "nats";
import { connectOperator } from "../nats/connect-operator.ts";

const TIMEOUT_MS = 2_000;

/** Does something over a connection as the operator, whose credential stands in the URL; tries once and never waits long. */
export async function asNatsOperator<T>(natsUrl: string, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connectOperator(natsUrl, {
    // Services may answer ingress alone, so the operator listens below its prefix.
    inboxPrefix: `${inboxPrefix("ingress")}.operator`,
    timeout: TIMEOUT_MS,
    maxReconnectAttempts: 0,
  });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
