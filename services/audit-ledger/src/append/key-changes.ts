import type { UnsignedEvent } from "@signalbox/kit";
import { SYSTEM_TENANT, type KeyEvent } from "@signalbox/proto";
import { sha256Digest } from "@signalbox/tlog";
import type { Client } from "pg";

type KeyRow = {
  readonly key_id: string;
  readonly role: KeyEvent["role"];
  readonly name: string;
  readonly public_key: Buffer;
  readonly added_by: string | null;
  readonly retired_by: string | null;
  readonly statement: string | null;
  /** The changes of it that stand in the log. */
  readonly said: readonly string[];
};

const SELECT_KEYS = `
  select key_id, role, name, public_key, added_by, retired_by, statement,
    array(select kind from ledger_leaf l where l.type = 'key' and l.key_id = k.key_id) as said
  from (
    select key_id, 'producer' as role, service as name, public_key, added_at, added_by, retired_by, null as statement
    from ledger_producer
    union all
    select key_id, 'log', origin, public_key, added_at, added_by, retired_by, statement from ledger_log_key
  ) k order by added_at, key_id`;

/** The changes of keys that the log does not say yet. Only the one sequencer may ask, between its transactions. */
export async function unsaidKeyChanges(client: Client): Promise<UnsignedEvent[]> {
  const { rows } = await client.query<KeyRow>({ name: "keys", text: SELECT_KEYS });
  const current = new Map<string, string>();
  const changes: UnsignedEvent[] = [];
  for (const row of rows) {
    const holder = `${row.role} ${row.name}`;
    const digest = sha256Digest(row.public_key);
    const before = current.get(holder) ?? null;
    current.set(holder, digest);
    if (row.added_by !== null && !row.said.includes("registered") && !row.said.includes("rotated")) {
      const change = before === null ? "registered" : "rotated";
      changes.push(keyEvent(row, { change, by: row.added_by, before, after: digest }));
    }
    if (row.retired_by !== null && !row.said.includes("retired")) {
      changes.push(keyEvent(row, { change: "retired", by: row.retired_by, before: digest, after: null }));
    }
  }
  return changes;
}

function keyEvent(row: KeyRow, change: Pick<KeyEvent, "change" | "by" | "before" | "after">): UnsignedEvent {
  const event: Omit<KeyEvent, "eventId" | "producer" | "atMs"> = {
    schema: "signalbox.event.key.v1",
    tenant: SYSTEM_TENANT,
    requestId: null,
    role: row.role,
    name: row.name,
    keyId: row.key_id,
    ...change,
    ...(row.statement === null || change.change !== "rotated" ? {} : { statement: row.statement }),
  };
  return { type: "key", event };
}
