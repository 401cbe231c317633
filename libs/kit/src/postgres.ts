import { Kysely, PostgresDialect } from "kysely";
import type { Logger } from "./logger.ts";
import { openPostgresPool } from "./postgres-pool.ts";

/**
 * A Kysely over a pool as one role. A lost connection is replaced; its error is logged, never thrown from the pool. It
 * stands apart from the library's index, because Kysely takes a quarter of a second to load and two services need none.
 */
export function openPostgres<Database>(options: {
  service: string;
  postgres: { url: string; poolMax: number };
  log: Logger;
}): Kysely<Database> & AsyncDisposable {
  const { service: name, postgres, log } = options;
  const pool = openPostgresPool({ url: postgres.url, max: postgres.poolMax, name, log });
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
