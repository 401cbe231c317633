import { connect, type NatsConnection } from "nats";

/** Where the sketch's events go, to be acknowledged. */
export const EVENT_SUBJECT = "sketch-event";

/** `url` names user and password, which the client does not read there. */
export function connectSketch(url: string): Promise<NatsConnection> {
  const { username, password, host } = new URL(url);
  return connect({ servers: host, user: username, pass: password });
}
