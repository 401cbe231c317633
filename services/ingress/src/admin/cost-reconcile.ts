import { coveredBy } from "@signalbox/decision";
import type { Catalogue } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import type { KeyDatabase } from "../keys/key-database.ts";
import { newestCatalogue, readCatalogue } from "./cost-prices.ts";

const Pico = z.string().regex(/^-?[0-9]+$/);

export const Reconciliation = z.strictObject({
  object: z.literal("reconciliation"),
  /** Whether every account agrees. */
  agrees: z.boolean(),
  /** How many of the register's `size` leaves are booked into budgets, and read into costs. */
  booked: z.int(),
  read: z.int(),
  size: z.int(),
  /** One for each account in each window of each money budget, in pico-USD. */
  data: z.array(
    z.strictObject({
      budget: z.string(),
      subject: z.string(),
      startsAt: z.iso.datetime().nullable(),
      agrees: z.boolean(),
      /** What the account says is settled, and reserved for requests under way. */
      settled: Pico,
      reserved: Pico,
      /** The same by the entries: credits less debits. */
      entriesSpent: Pico,
      entriesReserved: Pico,
      /** The same by the register: what the outcomes of the account's decisions cost on the endpoints that it covers. */
      leaves: Pico,
      /** Of `settled`: what was reserved for abandoned requests, whose cost the register does not know. */
      abandoned: Pico,
    }),
  ),
});
export type Reconciliation = z.infer<typeof Reconciliation>;

type AccountRow = {
  id: string;
  budget: string;
  subject: string;
  starts_ms: string;
  endpoints: string | null;
  settled: string;
  outstanding: string;
  spent: string;
  reserved: string;
  abandoned: string;
};

/**
 * Compares the accounts of money budgets, of one tenant or with null of all, with their entries and with the register's
 * outcomes. They agree once the whole register is booked.
 */
export async function reconcile(db: Kysely<KeyDatabase>, tenant: string | null): Promise<Reconciliation> {
  // One snapshot, so that what is booked in between stands on neither side.
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (snapshot) => {
      const at = await readPositions(snapshot);
      const accounts = await readAccounts(snapshot, tenant);
      const costs = await readLeafCosts(snapshot);
      const needsCatalogue = accounts.some(({ endpoints }) => endpoints !== null);
      const catalogue = needsCatalogue ? await readCatalogue(snapshot, await newestCatalogue(snapshot)) : null;
      const data = accounts.map((row) => compared(row, costs.get(row.id) ?? [], catalogue));
      return { object: "reconciliation", agrees: data.every(({ agrees }) => agrees), ...at, data };
    });
}

function compared(
  row: AccountRow,
  costs: readonly EndpointCost[],
  catalogue: Catalogue | null,
): Reconciliation["data"][number] {
  const covered =
    row.endpoints === null || catalogue === null ? null : coveredBy({ groups: {} }, catalogue)(row.endpoints);
  const leaves = costs
    .filter(({ endpoint }) => covered === null || covered.has(endpoint))
    .reduce((sum, { cost }) => sum + cost, 0n);
  const settled = BigInt(row.settled);
  const agrees =
    settled === BigInt(row.spent) && row.outstanding === row.reserved && settled === leaves + BigInt(row.abandoned);
  return {
    budget: row.budget,
    subject: row.subject,
    startsAt: row.starts_ms === "0" ? null : new Date(Number(row.starts_ms)).toISOString(),
    agrees,
    settled: row.settled,
    reserved: row.outstanding,
    entriesSpent: row.spent,
    entriesReserved: row.reserved,
    leaves: String(leaves),
    abandoned: row.abandoned,
  };
}

async function readPositions(db: Kysely<KeyDatabase>): Promise<Pick<Reconciliation, "booked" | "read" | "size">> {
  const { rows } = await sql<{ booked: string; read: string; size: string }>`select * from cost_positions()`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the register has no head");
  return { booked: Number(row.booked), read: Number(row.read), size: Number(row.size) };
}

async function readAccounts(db: Kysely<KeyDatabase>, tenant: string | null): Promise<AccountRow[]> {
  const { rows } = await sql<AccountRow>`
    select a.id, a.budget, a.subject, a.starts_ms, a.settled, a.outstanding,
      case when b.provider is null then b.model else b.provider || '/' || coalesce(b.model, '*') end as endpoints,
      coalesce(e.spent, 0) as spent, coalesce(e.reserved, 0) as reserved, coalesce(r.abandoned, 0) as abandoned
    from budget_account a join budget b on b.id = a.budget
    left join lateral (
      select sum(amount) filter (where credit = 'spent') - coalesce(sum(amount) filter (where debit = 'spent'), 0) as spent,
        coalesce(sum(amount) filter (where credit = 'reserved'), 0)
          - coalesce(sum(amount) filter (where debit = 'reserved'), 0) as reserved
      from budget_entry where account = a.id
    ) e on true
    left join lateral (
      select sum(settled) as abandoned from budget_reservation where account = a.id and estimated
    ) r on true
    where b.kind = 'budget' and b.unit = 'pico-usd' and (${tenant}::text is null or b.tenant = ${tenant})
    order by a.budget collate "C", a.starts_ms, a.subject collate "C"`.execute(db);
  return rows;
}

type EndpointCost = { readonly endpoint: string; readonly cost: bigint };

/** By account: what its decisions cost on each endpoint, by the register. */
async function readLeafCosts(db: Kysely<KeyDatabase>): Promise<Map<string, EndpointCost[]>> {
  const { rows } = await sql<{ account: string; endpoint: string | null; cost: string }>`
    with settled as (
      select account, decision_id from budget_reservation where settled is not null and not estimated
      union all select account, unnest(decisions) from budget_settled
    )
    select r.account, c.provider || '/' || c.model as endpoint, coalesce(sum(c.cost), 0) as cost
    from settled r join budget_account a on a.id = r.account join budget b on b.id = a.budget
    join cost_line c on c.decision_id = r.decision_id
    where b.kind = 'budget' and b.unit = 'pico-usd'
    group by 1, 2`.execute(db);
  const costs = new Map<string, EndpointCost[]>();
  for (const { account, endpoint, cost } of rows) {
    costs.set(account, [...(costs.get(account) ?? []), { endpoint: endpoint ?? "", cost: BigInt(cost) }]);
  }
  return costs;
}
