import type { Kysely } from "kysely";
import type { Database } from "../../database.ts";

/** Keeps full tiles of leaves for the proofs to come; what is there already follows from the same leaves. */
export async function keepLeafTiles(
  db: Kysely<Database>,
  tiles: readonly { readonly n: string; readonly nodes: Buffer }[],
): Promise<void> {
  await db
    .insertInto("ledger_tile")
    .values(tiles.map(({ n, nodes }) => ({ n, nodes })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
