import type { KeyObject } from "node:crypto";
import { BatchCache } from "./batch-cache.ts";
import { parseEnvelope, type Envelope } from "./dsse.ts";
import { readKeyChange, type KeyChange } from "./key-change.ts";
import { statementFits } from "./log-key-rotation.ts";
import type { Producer } from "./log-keys.ts";
import { namedDocuments, type DocumentName } from "./named-documents.ts";
import { envelopeFault } from "./verify-envelope.ts";

/** The payload types of this project's entries; whatever bears another is another log's. */
const OUR_TYPES = "application/vnd.signalbox.";

/** An event that is repeated so many events later is not noticed: what is remembered must not grow with the log. */
export const EVENT_IDS_MAX = 2_000_000;
/** Ids are UUIDs; one that is long would be remembered at its length. */
const EVENT_ID_MAX_CHARS = 128;

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

type EntryCheckerOptions = {
  /** By the key id of envelopes. */
  readonly producers: ReadonlyMap<string, Producer>;
  /**
   * Keys that nobody vouches for, such as those that the log names, by the same id: one counts from the entry on that
   * says by its id that it was registered, when a key signed that entry which counts already.
   */
  readonly candidates?: ReadonlyMap<string, Producer>;
  /** Which service may record which type of event. */
  readonly mayRecord: (service: string, payloadType: string) => boolean;
};

/**
 * Checks entries one after the other, in the order of their indexes: the producer's signature, that the type is its to
 * record, that its key was not retired before, and that no event stands twice within `EVENT_IDS_MAX` entries.
 */
export class EntryChecker {
  readonly #options: EntryCheckerOptions;
  readonly #producers: Map<string, Producer>;
  readonly #keys: Map<string, KeyObject>;
  readonly #batches = new BatchCache();
  /** In the order in which they came. */
  readonly #eventIds = new Map<string, number>();
  /** Where the entries so far say that a producer's key was retired. */
  readonly #retired = new Map<string, number>();
  readonly #keyChanges: KeyChange[] = [];

  constructor(options: EntryCheckerOptions) {
    this.#options = options;
    this.#producers = new Map(options.producers);
    this.#keys = new Map([...options.producers].map(([keyId, { key }]) => [keyId, key]));
  }

  /** What the entries so far say of keys, producers' and the log's own, in their order. */
  get keyChanges(): readonly KeyChange[] {
    return this.#keyChanges;
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
    const { service } = this.#producers.get(signature.keyId) as Producer;
    if (!this.#options.mayRecord(service, payloadType)) {
      return { kind: "faulty", reason: `${service} signed it, and may not record this type of event` };
    }
    const retired = this.#retired.get(signature.keyId);
    if (retired !== undefined) {
      return { kind: "faulty", reason: `its producer's key was retired at leaf ${retired}` };
    }
    const event = readPayload(payload);
    const eventId = event?.["eventId"];
    if (event === null || typeof eventId !== "string" || eventId.length > EVENT_ID_MAX_CHARS) {
      return { kind: "faulty", reason: "its payload is not an event" };
    }
    const earlier = this.#eventIds.get(eventId);
    if (earlier !== undefined) return { kind: "faulty", reason: `it holds the same event as leaf ${earlier}` };
    const fault = payloadType === KEY_TYPE ? this.#noteKeyChange(index, event) : null;
    if (fault !== null) return { kind: "faulty", reason: fault };
    this.#eventIds.set(eventId, index);
    if (this.#eventIds.size > EVENT_IDS_MAX) this.#eventIds.delete(this.#eventIds.keys().next().value as string);
    return { kind: "sound", payloadType, payload, service, documents: namedDocuments(event) };
  }

  /** Returns what is wrong with an entry that speaks of a key. */
  #noteKeyChange(index: number, event: Record<string, unknown>): string | null {
    const change = readKeyChange(index, event);
    if (change === null) return "it speaks of a key, and not in the form in which that is said";
    const { statement } = event;
    if (typeof statement === "string" && !statementFits(statement, change)) {
      return "its statement of a key's rotation is not what both keys have signed";
    }
    if (change.role === "producer") this.#noteProducer(change);
    this.#keyChanges.push(change);
    return null;
  }

  #noteProducer({ index, change, keyId, name }: KeyChange): void {
    if (change === "retired") {
      this.#retired.set(keyId, index);
      return;
    }
    const candidate = this.#options.candidates?.get(keyId);
    if (candidate?.service !== name || this.#producers.has(keyId)) return;
    this.#producers.set(keyId, candidate);
    this.#keys.set(keyId, candidate.key);
  }
}

/** What was signed is canonical JSON, so a reader cannot see two ids in it. */
function readPayload(payload: Uint8Array): Record<string, unknown> | null {
  try {
    const event: unknown = JSON.parse(Buffer.from(payload).toString("utf8"));
    return typeof event === "object" && event !== null ? (event as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
