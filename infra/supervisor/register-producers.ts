import { Client } from "pg";
import type { Producer } from "../home/line-keys.ts";

/** Tells the ledger which keys sign for which service. A key once told stays, so that what it signed stays verifiable. */
export async function registerProducers(ownerUrl: string, producers: readonly Producer[]): Promise<void> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    for (const { service, keyId, publicKey } of producers) {
      await client.query(
        "insert into ledger_producer (key_id, service, public_key) values ($1, $2, $3) on conflict (key_id) do nothing",
        [keyId, service, publicKey],
      );
    }
  } finally {
    await client.end();
  }
}
