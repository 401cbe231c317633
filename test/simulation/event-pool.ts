import { PAYLOAD_TYPES } from "@signalbox/proto";
import { uuidv7 } from "@signalbox/kit";
import { canonicalize, parseEnvelope, rawPublicKey, signEvents } from "@signalbox/tlog";
import type { KeyRow } from "../../services/audit-ledger/src/events/producer-keys.ts";
import { createProducer, decisionEvent, outcomeEvent, type Producer, type SignedEvent } from "../flow/ledger-events.ts";

export type PooledEvent = SignedEvent & {
  readonly keyId: string;
  readonly service: string;
  readonly instance: string;
  readonly seq: number;
  readonly requestId: string;
};

/** A request's events: a decision, at times one that was made again, and an outcome. */
type PooledRequest = readonly PooledEvent[];

/** Events that are signed once and played in every run. */
export type EventPool = {
  readonly requests: readonly PooledRequest[];
  /** Other bytes under the id of the event at the same place. */
  readonly twins: ReadonlyMap<string, PooledEvent>;
  readonly producers: readonly Producer[];
  /** The producer whose key is taken away in some runs. */
  readonly retiring: Producer;
};

const REQUESTS = 24;
/** Every so many requests are decided twice, and by the other policy process. */
const AGAIN_EVERY = 4;
const TWIN_EVERY = 5;

export function makeEventPool(): EventPool {
  const [policy, retiring, dispatcher] = [
    createProducer("policy", "p1"),
    createProducer("policy", "p2"),
    createProducer("dispatcher", "d1"),
  ];
  const twins = new Map<string, PooledEvent>();
  const requests = Array.from({ length: REQUESTS }, (_, at) => {
    const ids = { requestId: uuidv7(), decisionId: uuidv7() };
    const decision = sign(policy, decisionEvent(ids), ids.requestId);
    const again =
      at % AGAIN_EVERY === 0 ? [sign(retiring, decisionEvent({ ...ids, decisionId: uuidv7() }), ids.requestId)] : [];
    if (at % TWIN_EVERY === 0) twins.set(decision.eventId, twinOf(decision, policy, ids));
    return [decision, ...again, sign(dispatcher, outcomeEvent(ids), ids.requestId)];
  });
  return { requests, twins, producers: [policy, retiring, dispatcher], retiring };
}

/** The producers' rows, none of them retired. */
export function keyRows({ producers }: EventPool): KeyRow[] {
  return producers.map(({ keyId, service, publicKey }) => {
    return { key_id: keyId, service, public_key: rawPublicKey(publicKey), retired_by: null };
  });
}

function sign(producer: Producer, event: Parameters<Producer["sign"]>[0][number], requestId: string): PooledEvent {
  const [signed] = producer.sign([event]);
  if (signed === undefined) throw new Error("nothing was signed");
  const payload = Buffer.from(parseEnvelope(signed.envelope)?.payload ?? []).toString("utf8");
  const said = JSON.parse(payload) as { producer: { service: string; instance: string; seq: number } };
  return { ...signed, ...said.producer, keyId: producer.keyId, requestId };
}

function twinOf(event: PooledEvent, producer: Producer, ids: { requestId: string; decisionId: string }): PooledEvent {
  const { service, instance, seq, eventId } = event;
  const stamp = { eventId, producer: { service, instance, seq }, atMs: 1 };
  const payload = Buffer.from(canonicalize({ ...decisionEvent({ ...ids, keyId: "twin" }).event, ...stamp }));
  const [envelope] = signEvents([{ payloadType: PAYLOAD_TYPES.decision, payload }], producer);
  if (envelope === undefined) throw new Error("nothing was signed");
  return { ...event, envelope };
}
