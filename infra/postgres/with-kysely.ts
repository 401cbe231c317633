import { outliveLostConnections } from "@signalbox/kit/postgres-pool";
import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";

/** One connection for as long as `use` takes, for what speaks to the database by Kysely. */
export async function withKysely<Database, T>(url: string, use: (db: Kysely<Database>) => Promise<T>): Promise<T> {
  const pool = new Pool({ connectionString: url, max: 1 });
  // Its queries fail then, and nobody else needs to hear of it.
  outliveLostConnections(pool, () => {});
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await use(db);
  } finally {
    await db.destroy();
  }
}
