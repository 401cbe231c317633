import type { SubscriptionOptions } from "nats";
import type { Bus } from "./bus.ts";

/** Hears what is published on a subject, until it is disposed of. */
export function subscribe(
  bus: Bus,
  subject: string,
  options: Required<Pick<SubscriptionOptions, "callback">> & Pick<SubscriptionOptions, "queue">,
): Disposable {
  const subscription = bus.connection.subscribe(subject, options);
  return {
    [Symbol.dispose]() {
      // A closed connection has no subscriptions left, and refuses to end one.
      if (!bus.connection.isClosed()) subscription.unsubscribe();
    },
  };
}
