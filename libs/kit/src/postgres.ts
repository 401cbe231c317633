import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import type { Logger } from "./logger.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;

/**
 * A Kysely over a pool as one role. A lost connection is replaced; its error is logged, never thrown from the pool. It
 * stands apart from the library's index, because Kysely takes a quarter of a second to load and two services need none.
 */
export function openPostgres<Database>(options: {
  service: string;
  postgres: { url: string; poolMax: number };
  log: Logger;
}): Kysely<Database> & AsyncDisposable {
  const pool = new Pool({
    connectionString: options.postgres.url,
    max: options.postgres.poolMax,
    application_name: options.service,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
  });
  pool.on("error", (error) => {
    options.log.warn({ err: error }, "a Postgres connection was lost");
  });
  // A connection that breaks while a query holds it reports here as well as to the query; unheard it would end the process.
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
