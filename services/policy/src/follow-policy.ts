import { type Bus, decodeJson, type Logger, subscribe } from "@signalbox/kit";
import { POLICY_NOTICE_SUBJECT, PolicyNotice } from "@signalbox/proto";
import type { PolicyInForce } from "./policy-in-force.ts";

/** Puts in force what any instance has activated: on its notice, and at the latest after `pollMs`. */
export function followPolicy(options: {
  bus: Bus;
  log: Logger;
  inForce: PolicyInForce;
  pollMs: number;
}): AsyncDisposable {
  const { bus, log, inForce, pollMs } = options;
  const subscription = subscribe(bus, POLICY_NOTICE_SUBJECT, {
    callback: (error, message) => {
      if (error !== null) log.error({ err: error }, "the subscription failed");
      else if (PolicyNotice.safeParse(decodeJson(message.data)).data?.kind === "activated") void inForce.refresh();
    },
  });
  // A notice is lost with the connection; the table is not.
  const timer = setInterval(() => void inForce.refresh(), pollMs);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      subscription[Symbol.dispose]();
      await inForce.idle();
    },
  };
}
