import { connect, type ConnectionOptions, type NatsConnection } from "nats";

/** A connection as the operator, whose credential stands in the URL. */
export function connectOperator(url: string, options: ConnectionOptions = {}): Promise<NatsConnection> {
  const { host, username, password } = new URL(url);
  const credential = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  return connect({ ...options, ...(username === "" ? {} : credential), servers: host });
}
