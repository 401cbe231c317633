import type { Client } from "pg";

/** The committed end of the log. */
export type Head = { readonly size: number; readonly root: Buffer };

/** What a sequencer starts from. */
export type Takeover = Head & { readonly epoch: string; readonly openFrom: number };

/** The log in this database bears another name than the config's. */
class OtherOriginError extends Error {
  override readonly name = "OtherOriginError";
}

/** Starts a new epoch: from here on a sequencer of an older one matches no row. */
export async function takeHead(client: Client, origin: string): Promise<Takeover> {
  const { rows } = await client.query<{ size: string; root: Buffer; epoch: string; open_from: string }>(
    `update ledger_head set epoch = epoch + 1, origin = coalesce(origin, $1)
     where coalesce(origin, $1) = $1 returning size, root, epoch, open_from`,
    [origin],
  );
  const [row] = rows;
  if (row === undefined) throw new OtherOriginError(`The log in this database is not named ${origin}.`);
  return { size: Number(row.size), root: row.root, epoch: row.epoch, openFrom: Number(row.open_from) };
}
