import type { Logger } from "@signalbox/kit";
import { Client } from "pg";
import { takeHead } from "./head.ts";
import { insertPlan } from "./insert-plan.ts";
import { unsaidKeyChanges } from "./key-changes.ts";
import { loadOpenRequests } from "./load-open-requests.ts";
import { loadSequences } from "./load-sequences.ts";
import { lockHead } from "./lock-head.ts";
import { Partitions } from "./partitions.ts";
import { tryLock } from "./sequencer-lock.ts";
import type { Store } from "./store.ts";
import { unsaidReports } from "./unsaid-reports.ts";

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * A prepared statement keeps the plan of its first runs. While a young register's tables fit a few pages, that plan
 * reads through all events for each batch, and the register grows faster than the plan is made anew. So sequential
 * scans are switched off, and rows are looked up by their keys however few there are. Where a table has no such key the
 * scan is then priced so high that PostgreSQL would compile the query, which would take longer than to run it.
 */
const PLANS = "-c enable_seqscan=off -c jit=off";

/** The store as PostgreSQL: a session's advisory lock needs a session, not a pool. */
export async function openPostgresStore(url: string, log: Logger): Promise<Store> {
  const client = new Client({
    connectionString: url,
    application_name: "audit-ledger sequencer",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + CONNECT_TIMEOUT_MS,
    keepAlive: true,
    // Statements go out as they come, and are carried out one after the other.
    pipeline: true,
    options: PLANS,
  });
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  client.on("error", (error) => {
    log.warn({ err: error }, "the sequencer's connection was lost");
    resolve();
  });
  client.on("end", resolve);
  await client.connect();
  const partitions = new Partitions(client);
  return {
    lost,
    tryLock: () => tryLock(client, log),
    beat: async () => void (await client.query("select")),
    takeHead: (origin) => takeHead(client, origin),
    ensurePartitionFor: (size) => partitions.ensureFor(size),
    loadOpenRequests: (options) => loadOpenRequests(client, options),
    loadSequences: () => loadSequences(client),
    unsaidEvents: async () => [...(await unsaidKeyChanges(client)), ...(await unsaidReports(client))],
    appendFresh: (insert) => insertPlan(client, insert),
    begin: async () => void (await client.query("begin")),
    lockHead: (ids) => lockHead(client, ids),
    insertPlan: (insert) => insertPlan(client, insert),
    commit: () => commit(client),
    rollback: async () => void (await client.query("rollback")),
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => {});
    },
  };
}

/** PostgreSQL answers the COMMIT of a transaction that has failed with ROLLBACK, and no error. */
async function commit(client: Client): Promise<void> {
  const { command } = await client.query("commit");
  if (command !== "COMMIT") throw new Error("the transaction was rolled back");
}
