import type { KeyObject } from "node:crypto";
import { KeyEvent, PAYLOAD_TYPES } from "@signalbox/proto";
import {
  decodeUtf8,
  parseEnvelope,
  parseLogKeys,
  producerKeyId,
  rawPublicKey,
  sha256Digest,
  type ReadPath,
} from "@signalbox/tlog";
import type { Client } from "pg";

type Table = { readonly insert: string; readonly retire: string };

const TABLES: Readonly<Record<KeyEvent["role"], Table>> = {
  producer: {
    insert: `insert into ledger_producer (key_id, service, public_key, added_at, added_by)
      values ($1, $2, $3, to_timestamp($4::double precision / 1000), $5) on conflict do nothing`,
    retire: "update ledger_producer set retired_by = $2 where key_id = $1 and retired_by is null",
  },
  log: {
    insert: `insert into ledger_log_key (key_id, origin, public_key, added_at, added_by, statement)
      values ($1, $2, $3, to_timestamp($4::double precision / 1000), $5, $6) on conflict do nothing`,
    retire: "update ledger_log_key set retired_by = $2 where key_id = $1 and retired_by is null",
  },
};

/**
 * Brings the tables of keys to what leaves say, which a ledger does not read again: by an older table it would go on
 * taking what a key signs that was retired since. The keys themselves are those that the copy names.
 */
export class KeyKeeper {
  readonly #client: Client;
  /** By role and id. */
  readonly #keys: ReadonlyMap<string, KeyObject>;
  /** Changes that the tables did not have. */
  kept = 0;

  private constructor(client: Client, keys: ReadonlyMap<string, KeyObject>) {
    this.#client = client;
    this.#keys = keys;
  }

  static async open(client: Client, read: ReadPath): Promise<KeyKeeper> {
    const bytes = await read("vkeys");
    const text = bytes === null ? null : decodeUtf8(bytes);
    const named = text === null ? null : parseLogKeys(text);
    const producers = Array.from(named?.producers ?? [], ([keyId, { key }]) => [`producer ${keyId}`, key] as const);
    const logs = [...(named?.logs ?? []), ...(named?.terms ?? []).map(({ verifier }) => verifier)];
    const own = logs.filter(({ type }) => type === "ed25519").map(({ publicKey }) => publicKey);
    return new KeyKeeper(
      client,
      new Map([...producers, ...own.map((key) => [`log ${producerKeyId(key)}`, key] as const)]),
    );
  }

  /** Before the leaf is appended: once all are, the ledger may take what comes. */
  async keepFor(leaf: Uint8Array): Promise<void> {
    const event = keyEventOf(leaf);
    if (event === null) return;
    const { change, role, name, keyId, by, after, atMs, statement } = event;
    if (change === "retired") {
      await this.#change(TABLES[role].retire, [keyId, by]);
      return;
    }
    const key = this.#keys.get(`${role} ${keyId}`);
    if (key === undefined || sha256Digest(rawPublicKey(key)) !== after) return;
    const values = [keyId, name, rawPublicKey(key), atMs, by];
    await this.#change(TABLES[role].insert, role === "log" ? [...values, statement ?? null] : values);
  }

  async #change(query: string, values: readonly unknown[]): Promise<void> {
    this.kept += (await this.#client.query(query, [...values])).rowCount ?? 0;
  }
}

function keyEventOf(leaf: Uint8Array): KeyEvent | null {
  const envelope = parseEnvelope(leaf);
  if (envelope?.payloadType !== PAYLOAD_TYPES.key) return null;
  return KeyEvent.safeParse(JSON.parse(Buffer.from(envelope.payload).toString("utf8"))).data ?? null;
}
