import type { Logger } from "@signalbox/kit";
import { openPostgresPool } from "@signalbox/kit/postgres-pool";
import { escapeLiteral, type Pool } from "pg";
import type { Scope } from "../read/scope.ts";
import { CopiedRows, newRun, type DecisionRow } from "./copied-rows.ts";
import { copyOut } from "./copy-out.ts";
import { FramedSocket } from "./framed-socket.ts";

const PAGE_DECISIONS = 512;
/** A guess at the leaves of one page; a run that turns out to be too small is replaced. */
const RUN_MIN_BYTES = 1_024 * 1_024;
/** One page is at work, one waits, and one is read. */
const RUNS = 3;
/** A page for each job that may run, and one for a call. */
const CONNECTIONS_MAX = 3;

/**
 * Makes PostgreSQL read a page along the index that has the log's order. While the log grows faster than its
 * statistics, it takes a range for a few rows, and would read and sort the whole range again for every page.
 */
const PLANS = "-c enable_sort=off -c jit=off";

/** Leaves [fromIndex, toIndex), and when they were made; null: no bound. */
type DecisionRange = Scope & {
  readonly fromIndex: number;
  readonly toIndex: number | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

/**
 * The decisions of ranges in the order of the log, as bytes: they are copied out, which spares both sides from making
 * text of them and from reading it.
 */
export class DecisionPages implements AsyncDisposable {
  readonly #pool: Pool;

  constructor(url: string, log: Logger) {
    const special = { options: PLANS, ...(isEncrypted(url) ? {} : { stream: () => new FramedSocket() }) };
    this.#pool = openPostgresPool({ url, max: CONNECTIONS_MAX, name: "audit-ledger replays", log, special });
  }

  /**
   * A page is read while the one before it is at work. Its leaves stand until the second page after it is asked for:
   * their memory is used again, because getting and forgetting as much for each page takes longer than reading it.
   */
  async *read(range: DecisionRange): AsyncGenerator<readonly DecisionRow[]> {
    const runs: Uint8Array[] = [];
    let next = this.#readPage(range, runs);
    for (;;) {
      const rows = await next;
      const last = rows.at(-1);
      if (last === undefined) return;
      const isLast = rows.length < PAGE_DECISIONS;
      if (!isLast) {
        next = this.#readPage({ ...range, fromIndex: Number(last.idx) + 1 }, runs);
        // Who stops in between does not wait for it.
        next.catch(() => {});
      }
      yield rows;
      if (isLast) return;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  /** Takes the run that was used longest ago, and puts it back as the one that was used last. */
  async #readPage(range: DecisionRange, runs: Uint8Array[]): Promise<readonly DecisionRow[]> {
    const client = await this.#pool.connect();
    const run = (runs.length < RUNS ? undefined : runs.shift()) ?? newRun(RUN_MIN_BYTES);
    const rows = new CopiedRows(run);
    try {
      await copyOut(client, pageStatement(range), (bytes) => rows.add(bytes));
    } catch (error) {
      client.release(true);
      throw error;
    }
    client.release();
    runs.push(rows.bytes > run.length ? newRun(rows.bytes + RUN_MIN_BYTES) : run);
    return rows.list;
  }
}

/** Whether the connection may have to speak TLS, as far as its URL says. */
function isEncrypted(url: string): boolean {
  return /[?&]ssl/i.test(url);
}

/** COPY takes no parameters: numbers are none but numbers here, and the tenant is quoted. */
function pageStatement({ tenant, fromIndex, toIndex, fromMs, toMs }: DecisionRange): string {
  const conditions = [
    "type = 'decision'",
    `idx >= ${BigInt(fromIndex)}`,
    ...(toIndex === null ? [] : [`idx < ${BigInt(toIndex)}`]),
    ...(fromMs === null ? [] : [`at_ms >= ${BigInt(fromMs)}`]),
    ...(toMs === null ? [] : [`at_ms < ${BigInt(toMs)}`]),
    ...(tenant === null ? [] : [`tenant = ${escapeLiteral(tenant)}`]),
  ];
  return `copy (
    select idx::text, tenant, request_id::text, decision_id::text, leaf from ledger_leaf
    where ${conditions.join(" and ")} order by ledger_leaf.idx limit ${PAGE_DECISIONS}) to stdout (format binary)`;
}
