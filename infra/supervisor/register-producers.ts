import type { Client } from "pg";
import type { Producer } from "../home/line-keys.ts";

/** Tells the ledger which keys sign for which service. A key once told stays, so that what it signed stays verifiable. */
export async function registerProducers(client: Client, producers: readonly Producer[]): Promise<void> {
  for (const { service, keyId, publicKey } of producers) {
    await client.query(
      "insert into ledger_producer (key_id, service, public_key) values ($1, $2, $3) on conflict (key_id) do nothing",
      [keyId, service, publicKey],
    );
  }
}
