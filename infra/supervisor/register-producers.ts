import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { producerKeyId, rawPublicKey } from "@signalbox/tlog";
import type { Client } from "pg";
import type { Producer } from "../home/line-keys.ts";

/** The name under which the register records who added these keys. */
const ADDED_BY = "signalbox start";

/** Tells the ledger which keys sign for which service. A key once told stays, so that what it signed stays verifiable. */
export async function registerProducers(client: Client, producers: readonly Producer[]): Promise<void> {
  for (const { service, keyId, publicKey } of producers) {
    await client.query(
      `insert into ledger_producer (key_id, service, public_key, added_by) values ($1, $2, $3, $4)
       on conflict (key_id) do nothing`,
      [keyId, service, publicKey, ADDED_BY],
    );
  }
}

/** Tells the ledger which key signs its checkpoints, so that the log records when that key changes. */
export async function registerLogKey(client: Client, log: { keyFile: string; origin: string }): Promise<void> {
  const key = createPrivateKey(readFileSync(log.keyFile));
  await client.query(
    `insert into ledger_log_key (key_id, origin, public_key, added_by) values ($1, $2, $3, $4)
     on conflict (key_id) do nothing`,
    [producerKeyId(key), log.origin, rawPublicKey(key), ADDED_BY],
  );
}
