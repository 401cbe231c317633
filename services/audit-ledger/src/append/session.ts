import type { Logger } from "@signalbox/kit";
import { Client } from "pg";

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/** Any number that nothing else in the database locks by. */
const SEQUENCER_LOCK = 0x51_67_6e_62;

/** The sequencer's own connection: a session's advisory lock needs a session, not a pool. */
export type Session = AsyncDisposable & {
  readonly client: Client;
  /** Resolves when the connection is gone. */
  readonly lost: Promise<void>;
  /** Takes the lock that one sequencer of a database holds at a time; false while another has it. */
  tryLock(): Promise<boolean>;
};

export async function openSession(url: string, log: Logger): Promise<Session> {
  const client = new Client({
    connectionString: url,
    application_name: "audit-ledger sequencer",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  client.on("error", (error) => {
    log.warn({ err: error }, "the sequencer's connection was lost");
    resolve();
  });
  client.on("end", resolve);
  await client.connect();
  return {
    client,
    lost,
    async tryLock() {
      const { rows } = await client.query<{ locked: boolean }>({
        name: "lock",
        text: "select pg_try_advisory_lock($1) as locked",
        values: [SEQUENCER_LOCK],
      });
      return rows[0]?.locked === true;
    },
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => {});
    },
  };
}
