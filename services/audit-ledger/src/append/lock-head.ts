import type { Client } from "pg";

/** What a batch is asked about. */
export type BatchIds = { readonly eventIds: readonly string[]; readonly requestIds: readonly string[] };

export type LockedHead = {
  readonly size: string;
  readonly root: Buffer;
  readonly frontier: Buffer;
  readonly epoch: string;
  readonly known: [eventId: string, index: number, leafHash: string][];
  readonly outcomes: [requestId: string, decisionId: string | null][];
};

/** The head under its lock, and what is known of the batch, in one round trip. */
const LOCK_HEAD = `
  select size, root, frontier, epoch,
    (select coalesce(json_agg(json_build_array(event_id, idx, encode(leaf_hash, 'base64'))), '[]')
       from ledger_event where event_id = any ($1::text::uuid[])) as known,
    (select coalesce(json_agg(json_build_array(request_id, decision_id)), '[]')
       from ledger_request where request_id = any ($2::text::uuid[])) as outcomes
  from ledger_head for update`;

export async function lockHead(client: Client, { eventIds, requestIds }: BatchIds): Promise<LockedHead> {
  const { rows } = await client.query<LockedHead>({
    name: "lock-head",
    text: LOCK_HEAD,
    values: [`{${eventIds.join(",")}}`, `{${requestIds.join(",")}}`],
  });
  const [row] = rows;
  if (row === undefined) throw new Error("the register has no head row");
  return row;
}
