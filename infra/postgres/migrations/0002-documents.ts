import { sql, type Kysely } from "kysely";

/** What decisions name by digest: engines, policies, catalogues, health snapshots. Kept for ever, changed never. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table document (
      digest text primary key,
      kind text not null check (kind ~ '^[a-z][a-z-]{0,31}$'),
      media_type text not null check (length(media_type) between 3 and 128),
      -- The exact bytes that the digest names; jsonb would not give them back.
      body bytea not null check (length(body) > 0),
      created_at timestamptz not null default now(),
      constraint document_is_what_it_is_named check (digest = 'sha256:' || encode(sha256(body), 'hex'))
    )`.execute(db);
  await sql`grant select, insert on document to signalbox_policy`.execute(db);
  await sql`grant select on document to signalbox_ledger, signalbox_ingress`.execute(db);
}
