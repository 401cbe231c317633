import { Pool, type PoolConfig } from "pg";
import type { Logger } from "./logger.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;

type PostgresPoolOptions = {
  readonly url: string;
  readonly max: number;
  /** What the database calls its sessions. */
  readonly name: string;
  readonly log: Logger;
  /** What differs from how every pool is opened. */
  readonly special?: Pick<PoolConfig, "idleTimeoutMillis" | "options" | "stream">;
};

/** Connections as one role. A lost one is replaced; its error is logged, never thrown from the pool. */
export function openPostgresPool({ url, max, name, log, special = {} }: PostgresPoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    ...special,
  });
  outliveLostConnections(pool, (error) => {
    log.warn({ err: error }, "a Postgres connection was lost");
  });
  return pool;
}

/** Without it, a connection that the server ends would end the process, also in the moment after its last query. */
export function outliveLostConnections(pool: Pool, tell: (error: Error) => void): void {
  pool.on("error", tell);
  // A connection that breaks while a query holds it reports here as well as to the query.
  pool.on("connect", (client) => {
    client.on("error", () => {});
  });
}
