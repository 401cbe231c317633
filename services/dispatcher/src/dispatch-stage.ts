import { createReplier, listenStage, type Bus, type Logger } from "@signalbox/kit";
import { DispatchOrder, REQUEST_SUBJECTS, SignalboxError } from "@signalbox/proto";
import type { Claims } from "./claims.ts";
import type { Running } from "./running.ts";

const OVERLOADED_RETRY_AFTER_MS = 1_000;

/** Claims orders and tells ingress where to send their bodies. */
export function listenOrders(options: {
  bus: Bus;
  log: Logger;
  claims: Claims;
  running: Running;
  /** `host:port` of this instance's gRPC server. */
  address: string;
  inFlightMax: number;
}): Disposable {
  const { bus, log, claims, running, address, inFlightMax } = options;
  const replier = createReplier(bus);

  function claim(order: DispatchOrder): void {
    // Its caller has been answered already: executing it would cost money for nobody.
    if (order.route.deadlineAtMs < Date.now()) return;
    // A clock that is set back would keep claims of callers that are gone, and so refuse others.
    const nowMs = performance.now();
    claims.expire(nowMs);
    if (claims.size + running.size >= inFlightMax) {
      replier.fail(order, overloaded(), order.decisionId);
      return;
    }
    const { requestId, attempt, decisionId, route, redact, rates, residency } = order;
    const reply = {
      kind: "dispatch",
      requestId,
      attempt,
      decisionId,
      address,
      claim: claims.add(order, nowMs),
      ...(redact === undefined ? {} : { redact }),
      ...(rates === undefined ? {} : { rates }),
      ...(residency === undefined ? {} : { residency }),
    } as const;
    replier.reply(route.replyTo, reply);
  }

  return listenStage({
    bus,
    stage: "dispatcher",
    subject: REQUEST_SUBJECTS.dispatch,
    item: DispatchOrder,
    log,
    onItems: (orders) => {
      for (const order of orders) claim(order);
    },
  });
}

function overloaded(): SignalboxError {
  return new SignalboxError("overloaded", "The dispatcher executes as many requests as it may.", {
    details: { stage: "dispatcher", retryAfterMs: OVERLOADED_RETRY_AFTER_MS },
  });
}
