import { join } from "node:path";
import { SignedHead } from "@signalbox/audit-ledger/signed-head";
import { producerKeyId } from "@signalbox/tlog";
import type { Client } from "pg";
import { ConfigError } from "../config/config-error.ts";
import type { Home } from "../home/home.ts";
import { withClient } from "../postgres/with-client.ts";

type AdmitRegister = { readonly ownerUrl: string; readonly home: Home; readonly origin: string };

/**
 * Throws, with what to do, where the database's register is not the log that was signed last: its ledger would wait for it to be brought
 * back, and the start in vain for its ledger.
 */
export function admitRegister({ ownerUrl, home, origin }: AdmitRegister): Promise<void> {
  return withClient(ownerUrl, async (client) => {
    const head = await headOf(client);
    if (head === undefined) return;
    if (head.origin !== null && head.origin !== origin) {
      throw new ConfigError(
        `register.origin: the log in this home folder is named ${head.origin}, and a log's name can never change. ` +
          "Write that name, or begin another log in another folder with --home DIR.",
      );
    }
    const signed = new SignedHead(join(home.ledger, "signed-head.json"), origin);
    // A ledger that runs elsewhere may have signed more between the two readings.
    await signed.admit(head).catch(async () => signed.admit((await headOf(client)) ?? head));
    await admitLogKeys(client, join(home.keys, "signing"));
  });
}

type CommittedHead = { readonly origin: string | null; readonly size: number; readonly root: Buffer };

async function headOf(client: Client): Promise<CommittedHead | undefined> {
  const { rows } = await client.query<{ origin: string | null; size: string; root: Buffer }>(
    "select origin, size, root from ledger_head",
  );
  return rows.map(({ origin, size, root }) => ({ origin, size: Number(size), root }))[0];
}

/** A folder from before a rotation of the log's key, whose register was brought back, has no key that may sign it. */
async function admitLogKeys(client: Client, folder: string): Promise<void> {
  const { rows } = await client.query<{ key_id: string }>(
    `select key_id from ledger_log_key as k where exists
       (select from ledger_leaf where type = 'key' and key_id = k.key_id and kind = 'retired')`,
  );
  if (rows.length === 0) return;
  const { LogKeyFile } = await import("../cli/ledger/log-key-file.ts");
  const file = new LogKeyFile(folder);
  const retired = new Set(rows.map(({ key_id: keyId }) => keyId));
  if (!file.read().every((key) => retired.has(producerKeyId(key)))) return;
  throw new Error(
    `The log has retired the key in ${file.path}: the file is older than the last rotation of the key. ` +
      "Put back the one that came after it; no other key can sign for this log.",
  );
}
