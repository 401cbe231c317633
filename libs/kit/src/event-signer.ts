import { LEAF_MAX_BYTES, PAYLOAD_TYPES, type EventType, type StageName } from "@signalbox/proto";
import { canonicalize, signEvents, type Signer } from "@signalbox/tlog";
import { uuidv7 } from "./uuid.ts";

/** An event before its stamp and signature; `atMs` is the time of signing unless it is given. */
export type UnsignedEvent = {
  readonly type: EventType;
  readonly event: Record<string, unknown>;
  readonly atMs?: number;
};

export type SignResult =
  | { kind: "signed"; eventId: string; envelope: Uint8Array }
  /** The event has no canonical form (a float, a lone surrogate), or is larger than a leaf. */
  | { kind: "rejected"; error: unknown };

/** Base64 and the envelope's frame stand around the payload; a signature and its path need less than 2 KiB. */
const PAYLOAD_MAX_BYTES = Math.floor(((LEAF_MAX_BYTES - 2_048) * 3) / 4);

type Prepared = { readonly eventId: string; readonly payloadType: string; readonly payload: Buffer };

/**
 * Signs events of one process, a batch under one signature: each gets an id, its producer and its time, and becomes
 * canonical JSON. `producer.seq` counts the events that were signed, from 1, so that a missing one shows.
 */
export function createEventSigner(options: {
  service: StageName;
  instance: string;
  key: Signer;
}): (events: readonly UnsignedEvent[]) => SignResult[] {
  const { service, instance, key } = options;
  let seq = 0;

  function prepare({ type, event, atMs = Date.now() }: UnsignedEvent): Prepared {
    const eventId = uuidv7();
    const stamp = { eventId, producer: { service, instance, seq: seq + 1 }, atMs };
    const payload = Buffer.from(canonicalize({ ...event, ...stamp }), "utf8");
    if (payload.length > PAYLOAD_MAX_BYTES)
      throw new Error(`the event has ${payload.length} bytes; a leaf holds ${PAYLOAD_MAX_BYTES}`);
    seq += 1;
    return { eventId, payloadType: PAYLOAD_TYPES[type], payload };
  }

  return (events) => {
    const results: SignResult[] = [];
    const prepared: (Prepared & { readonly at: number })[] = [];
    for (const [at, event] of events.entries()) {
      try {
        prepared.push({ ...prepare(event), at });
      } catch (error) {
        results[at] = { kind: "rejected", error };
      }
    }
    const envelopes = prepared.length === 0 ? [] : signEvents(prepared, key);
    for (const [index, { eventId, at }] of prepared.entries()) {
      results[at] = { kind: "signed", eventId, envelope: envelopes[index]! };
    }
    return results;
  };
}
