import { join } from "node:path";
import { SignedHead } from "@signalbox/audit-ledger/signed-head";
import { ConfigError } from "../config/config-error.ts";
import type { Home } from "../home/home.ts";
import { withClient } from "../postgres/with-client.ts";

export type AdmitRegister = { readonly ownerUrl: string; readonly home: Home; readonly origin: string };

/**
 * Throws, with what to do, where the database's register is not the log that was signed last: its ledger would wait for it to be brought
 * back, and the start in vain for its ledger.
 */
export function admitRegister({ ownerUrl, home, origin }: AdmitRegister): Promise<void> {
  return withClient(ownerUrl, async (client) => {
    const { rows } = await client.query<{ origin: string | null; size: string; root: Buffer }>(
      "select origin, size, root from ledger_head",
    );
    const [head] = rows;
    if (head === undefined) return;
    if (head.origin !== null && head.origin !== origin) {
      throw new ConfigError(
        `register.origin: the log in this home folder is named ${head.origin}, and a log's name can never change. ` +
          "Write that name, or begin another log in another folder with --home DIR.",
      );
    }
    await new SignedHead(join(home.ledger, "signed-head.json"), origin).admit({
      size: Number(head.size),
      root: head.root,
    });
  });
}
