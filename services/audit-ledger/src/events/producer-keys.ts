import type { KeyObject } from "node:crypto";
import { FLOW, type EventType } from "@signalbox/proto";
import { publicKeyFromRaw } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";

/** Whose a key is, and whether it is still. */
export type KeyRow = {
  readonly key_id: string;
  readonly service: string;
  readonly public_key: Buffer;
  readonly retired_by: string | null;
};

/**
 * The producers' public keys by key id, and which service each belongs to. Keys are added and retired while the ledger
 * runs.
 */
export class ProducerKeys {
  readonly keys = new Map<string, KeyObject>();
  readonly #services = new Map<string, string>();
  readonly #read: () => Promise<readonly KeyRow[]>;

  constructor(read: () => Promise<readonly KeyRow[]>) {
    this.#read = read;
  }

  /** Reads the keys again. */
  async refresh(): Promise<void> {
    for (const row of await this.#read()) {
      if (row.retired_by !== null) {
        this.keys.delete(row.key_id);
        continue;
      }
      if (!this.keys.has(row.key_id)) this.keys.set(row.key_id, publicKeyFromRaw(row.public_key));
      this.#services.set(row.key_id, row.service);
    }
  }

  /** Whose key it is; undefined when it is nobody's. */
  serviceOf(keyId: string): string | undefined {
    return this.#services.get(keyId);
  }
}

export function readProducerKeys(db: Kysely<Database>): Promise<KeyRow[]> {
  return db.selectFrom("ledger_producer").select(["key_id", "service", "public_key", "retired_by"]).execute();
}

/**
 * Whether a service's events of this type are taken from the queue. The ledger's own are not: it appends them itself,
 * in the transaction that they follow from.
 */
export function mayQueue(service: string, type: EventType): boolean {
  const step = FLOW.find(({ stage }) => stage === service);
  return step !== undefined && step.stage !== "audit-ledger" && step.records.some((recorded) => recorded === type);
}
