import type { KeyObject } from "node:crypto";
import { BatchCache } from "./batch-cache.ts";
import { parseEnvelope, type Envelope } from "./dsse.ts";
import { statementFits, type RotationClaim } from "./log-key-rotation.ts";
import type { Producer } from "./log-keys.ts";
import { namedDocuments, type DocumentName } from "./named-documents.ts";
import { envelopeFault } from "./verify-envelope.ts";

/** The payload types of this project's entries; whatever bears another is another log's. */
const OUR_TYPES = "application/vnd.signalbox.";

/** An event that is repeated so many events later is not noticed: what is remembered must not grow with the log. */
const EVENT_IDS_MAX = 2_000_000;

export type EntryCheck =
  /** Not one of ours: nothing is known of it but where it stands. */
  | { readonly kind: "foreign" }
  | {
      readonly kind: "sound";
      readonly payloadType: string;
      readonly payload: Uint8Array;
      readonly service: string;
      /** The documents that it names by digest. */
      readonly documents: readonly DocumentName[];
    }
  | { readonly kind: "faulty"; readonly reason: string }
  /** One of ours, and no producer's key is known at all. */
  | { readonly kind: "keyless" };

/** The type of the entries that say that a key was retired; only the register's own are believed. */
const KEY_TYPE = `${OUR_TYPES}key.v1+json`;

const FAULTS = {
  "unknown-key": "it is signed by a key that is none of the producers'",
  "bad-signature": "its producer's signature does not fit its bytes",
} as const;

export type EntryCheckerOptions = {
  /** By the key id of envelopes. */
  readonly producers: ReadonlyMap<string, Producer>;
  /** Which service may record which type of event. */
  readonly mayRecord: (service: string, payloadType: string) => boolean;
};

/** Checks entries one after the other: the producer's signature, that the type is his to record, that his key was not retired, no event twice. */
export class EntryChecker {
  readonly #options: EntryCheckerOptions;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #batches = new BatchCache();
  /** In the order in which they came. */
  readonly #eventIds = new Map<string, number>();
  /** Where the entries so far say that a producer's key, or one of the log's own, was retired. */
  readonly #retired = new Map<string, number>();
  readonly #retiredLogKeys = new Map<string, number>();

  constructor(options: EntryCheckerOptions) {
    this.#options = options;
    this.#keys = new Map([...options.producers].map(([keyId, { key }]) => [keyId, key]));
  }

  /** The leaf that retired a key of the log, by the id that key entries give it; undefined when none has so far. */
  retirementOf(logKeyId: string): number | undefined {
    return this.#retiredLogKeys.get(logKeyId);
  }

  check(index: number, bytes: Uint8Array): EntryCheck {
    const envelope = parseEnvelope(bytes);
    if (envelope === null || !envelope.payloadType.startsWith(OUR_TYPES)) return { kind: "foreign" };
    if (this.#keys.size === 0) return { kind: "keyless" };
    const fault = envelopeFault(envelope, this.#keys, this.#batches);
    if (fault !== null) return { kind: "faulty", reason: FAULTS[fault] };
    return this.#checkEvent(index, envelope);
  }

  #checkEvent(index: number, { signature, payloadType, payload }: Envelope): EntryCheck {
    const { service } = this.#options.producers.get(signature.keyId) as Producer;
    if (!this.#options.mayRecord(service, payloadType)) {
      return { kind: "faulty", reason: `${service} signed it, and may not record this type of event` };
    }
    const retired = this.#retired.get(signature.keyId);
    if (retired !== undefined) {
      return { kind: "faulty", reason: `its producer's key was retired at leaf ${retired}` };
    }
    const { eventId, retires, role, documents, rotation } = readPayload(payload);
    if (eventId === null) return { kind: "faulty", reason: "its payload is not an event" };
    if (payloadType === KEY_TYPE && rotation !== null && !statementFits(rotation.statement, rotation)) {
      return { kind: "faulty", reason: "its statement of a key's rotation is not what both keys have signed" };
    }
    const earlier = this.#eventIds.get(eventId);
    if (earlier !== undefined) return { kind: "faulty", reason: `it holds the same event as leaf ${earlier}` };
    this.#eventIds.set(eventId, index);
    if (payloadType === KEY_TYPE && retires !== null) {
      (role === "log" ? this.#retiredLogKeys : this.#retired).set(retires, index);
    }
    if (this.#eventIds.size > EVENT_IDS_MAX) this.#eventIds.delete(this.#eventIds.keys().next().value as string);
    return { kind: "sound", payloadType, payload, service, documents };
  }
}

type ReadEvent = {
  readonly eventId: string | null;
  /** The key that it retires, and what that key signs. */
  readonly retires: string | null;
  readonly role: "producer" | "log" | null;
  readonly documents: readonly DocumentName[];
  /** What it says of a rotation of the log's key, with the statement that is to bear it out. */
  readonly rotation: (RotationClaim & { readonly statement: string }) | null;
};

/** What was signed is canonical JSON, so a reader cannot see two ids in it. */
function readPayload(payload: Uint8Array): ReadEvent {
  try {
    const event = JSON.parse(Buffer.from(payload).toString("utf8")) as Record<string, unknown>;
    const { eventId, change, role, name, keyId, after, statement } = event;
    const isRole = role === "producer" || role === "log";
    const isRetirement = change === "retired" && isRole && typeof keyId === "string";
    return {
      eventId: typeof eventId === "string" ? eventId : null,
      retires: isRetirement ? keyId : null,
      role: isRole ? role : null,
      documents: namedDocuments(event),
      rotation: typeof statement === "string" ? { statement, name, keyId, after } : null,
    };
  } catch {
    return { eventId: null, retires: null, role: null, documents: [], rotation: null };
  }
}
