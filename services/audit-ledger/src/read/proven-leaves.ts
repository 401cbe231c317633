import type { Logger } from "@signalbox/kit";
import { openPostgresPool } from "@signalbox/kit/postgres-pool";
import { TILE_WIDTH } from "@signalbox/tlog";
import type { Pool } from "pg";
import { siblingsSql } from "./files/leaf-tile.ts";
import { hashesOf } from "./files/read-hashes.ts";
import type { Scope } from "./scope.ts";

const CONNECTIONS_MAX = 4;
/** A new connection plans its statements first, which takes longer than the proof. */
const IDLE_TIMEOUT_MS = 600_000;

/**
 * Every row is looked up by a key, so one plan fits whatever is asked for, and however many rows there were when it was
 * made.
 */
const PLANS = "-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan";

/** A leaf with the siblings that it has in its tile, from itself up; null while none are kept. */
export type ProvenLeaf = {
  readonly index: number;
  readonly type: string;
  readonly decisionId: string | null;
  readonly leaf: Buffer;
  readonly siblings: readonly Buffer[] | null;
};

/**
 * PostgreSQL keeps a tile's nodes in pieces beside the row (TOAST); `|| ''` puts them together once, not for each
 * sibling.
 */
const TILE = `
    left join lateral (
      select nodes || ''::bytea as nodes from ledger_tile where n = leaf.idx / ${TILE_WIDTH} offset 0
    ) as tile on true`;
const COLUMNS = `leaf.idx, leaf.type, leaf.decision_id, leaf.leaf, ${siblingsSql("tile", "leaf.idx")} as siblings`;

const EVENT = `
  select ${COLUMNS} from ledger_event as event
    join ledger_leaf as leaf on leaf.idx = event.idx ${TILE}
  where event.event_id = $1 and ($2::text is null or leaf.tenant = $2)`;

const REQUEST = `
  select ${COLUMNS} from ledger_leaf as leaf ${TILE}
  where leaf.request_id = coalesce(
      (select request_id from ledger_leaf where decision_id = $1 and type = 'decision' limit 1), $1)
    and leaf.type in ('decision', 'outcome') and ($2::text is null or leaf.tenant = $2)
  order by leaf.idx`;

type Row = { idx: string; type: string; decision_id: string | null; leaf: Buffer; siblings: Buffer | null };

/**
 * The leaves that proofs are of, each in one question, which the database has planned before. They are asked on
 * connections of their own.
 */
export class ProvenLeaves implements AsyncDisposable {
  readonly #pool: Pool;

  constructor(url: string, log: Logger) {
    const special = { options: PLANS, idleTimeoutMillis: IDLE_TIMEOUT_MS };
    this.#pool = openPostgresPool({ url, max: CONNECTIONS_MAX, name: "audit-ledger proofs", log, special });
  }

  /** The leaf of an event in the scope. */
  async ofEvent({ tenant }: Scope, eventId: string): Promise<ProvenLeaf | undefined> {
    return (await this.#ask({ name: "leaf-of-event", text: EVENT }, [eventId, tenant]))[0];
  }

  /**
   * The decisions and the outcome, in the order of the log, of the request that an id names, by itself or by a
   * decision's.
   */
  ofRequest({ tenant }: Scope, id: string): Promise<ProvenLeaf[]> {
    return this.#ask({ name: "leaves-of-request", text: REQUEST }, [id, tenant]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }

  async #ask(statement: { name: string; text: string }, values: readonly (string | null)[]): Promise<ProvenLeaf[]> {
    const { rows } = await this.#pool.query<Row>({ ...statement, values: [...values] });
    return rows.map(({ idx, type, decision_id: decisionId, leaf, siblings }) => {
      return { index: Number(idx), type, decisionId, leaf, siblings: siblings === null ? null : hashesOf(siblings) };
    });
  }
}
