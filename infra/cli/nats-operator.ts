import { inboxPrefix } from "@signalbox/proto";
import { connect, type NatsConnection } from "nats";

const TIMEOUT_MS = 2_000;

/** Does something over a connection as the operator, whose credential stands in the URL; tries once and never waits long. */
export async function asNatsOperator<T>(natsUrl: string, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const { host, username, password } = new URL(natsUrl);
  const connection = await connect({
    servers: host,
    // Services may answer ingress alone, so the operator listens below its prefix.
    inboxPrefix: `${inboxPrefix("ingress")}.operator`,
    ...(username === "" ? {} : { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    timeout: TIMEOUT_MS,
    maxReconnectAttempts: 0,
  });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
