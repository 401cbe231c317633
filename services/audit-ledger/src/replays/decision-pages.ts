import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import { selectLeaves, type LeafRow } from "../read/leaf-rows.ts";
import type { Scope } from "../read/scope.ts";

const PAGE_DECISIONS = 256;
/** PostgreSQL's character_not_in_repertoire. */
const NOT_TEXT = "22021";

/** A recorded decision's row, its leaf as text. */
export type DecisionRow = Pick<LeafRow, "idx" | "tenant" | "request_id" | "decision_id"> & { readonly leaf: string };

/** Leaves [fromIndex, toIndex), and when they were made; null: no bound. */
type DecisionRange = Scope & {
  readonly fromIndex: number;
  readonly toIndex: number | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
};

/** The decisions of a range in the order of the log. A page is read while the one before it is at work. */
export async function* decisionPages(db: Kysely<Database>, range: DecisionRange): AsyncGenerator<DecisionRow[]> {
  let next = readPage(db, range);
  for (;;) {
    const rows = await next;
    const last = rows.at(-1);
    if (last === undefined) return;
    const isLast = rows.length < PAGE_DECISIONS;
    if (!isLast) {
      next = readPage(db, { ...range, fromIndex: Number(last.idx) + 1 });
      // Who stops in between does not wait for it.
      next.catch(() => {});
    }
    yield rows;
    if (isLast) return;
  }
}

/** Leaves travel as text, because bytes become twice as much on the way. One that is none becomes one that nobody can read. */
async function readPage(db: Kysely<Database>, range: DecisionRange): Promise<DecisionRow[]> {
  try {
    return await inLogOrder(db, (page) =>
      selectPage(page, range)
        .clearSelect()
        .select(["idx", "tenant", "request_id", "decision_id"])
        .select(sql<string>`convert_from(leaf, 'UTF8')`.as("leaf"))
        .execute(),
    );
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_TEXT) throw error;
    const rows = await inLogOrder(db, (page) => selectPage(page, range).execute());
    return rows.map((row) => ({ ...row, leaf: row.leaf.toString("utf8") }));
  }
}

/**
 * Has a page read along the index that has the log's order. While the log grows faster than its statistics, PostgreSQL
 * takes a range for a few rows, and would read and sort all of it again for every page.
 */
function inLogOrder<T>(db: Kysely<Database>, read: (page: Kysely<Database>) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setAccessMode("read only")
    .execute(async (page) => {
      await sql`set local enable_sort = off`.execute(page);
      return read(page);
    });
}

function selectPage(db: Kysely<Database>, { tenant, fromIndex, toIndex, fromMs, toMs }: DecisionRange) {
  let query = selectLeaves(db, { tenant }).where("type", "=", "decision").where("idx", ">=", String(fromIndex));
  if (toIndex !== null) query = query.where("idx", "<", String(toIndex));
  if (fromMs !== null) query = query.where("at_ms", ">=", String(fromMs));
  if (toMs !== null) query = query.where("at_ms", "<", String(toMs));
  return query.orderBy("idx").limit(PAGE_DECISIONS);
}
