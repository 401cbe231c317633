import type { PolicyActivation, PolicyProblem, PolicyRefusal } from "@signalbox/proto";
import { sql, type Kysely, type Transaction } from "kysely";
import type { ActivationRow, Database } from "./stored-documents.ts";

/** Any number that nobody else locks with: one replica activates at a time. */
const LOCK = 7_306_010_001;
/** Of a refusal's problems, as many as a person reads. */
const PROBLEMS_KEPT_MAX = 100;
const ACTIVATION = ["seq", "at", "action", "actor", "version", "document", "previous"] as const;

export type NextActivation = Pick<PolicyActivation, "action" | "actor" | "version" | "document"> & {
  /** What is in force where nothing was activated yet. */
  readonly otherwise: string;
};

export async function latestActivation(db: Kysely<Database>): Promise<PolicyActivation | null> {
  const row = await db
    .selectFrom("policy_activation")
    .select(ACTIVATION)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : activationOf(row);
}

/** Newest first. */
export async function activations(db: Kysely<Database>, limit: number): Promise<PolicyActivation[]> {
  const rows = await db
    .selectFrom("policy_activation")
    .select(ACTIVATION)
    .orderBy("seq", "desc")
    .limit(limit)
    .execute();
  return rows.map(activationOf);
}

/** Newest first. */
export async function refusals(db: Kysely<Database>, limit: number): Promise<PolicyRefusal[]> {
  const rows = await db
    .selectFrom("policy_refusal")
    .select(["at", "actor", "problems"])
    .orderBy("seq", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ at, actor, problems }) => ({ atMs: at.getTime(), actor, problems }));
}

/** With the version that was in force before; null where that was the configuration alone. */
export type NewActivation = PolicyActivation & { readonly base: string | null };

/**
 * Writes the activation down, unless it is in force already. Its documents are kept before. `note` writes, in the same
 * transaction, what is to be recorded of it.
 */
export function activate(
  db: Kysely<Database>,
  next: NextActivation,
  note: (transaction: Transaction<Database>, activation: NewActivation) => Promise<void>,
): Promise<NewActivation | null> {
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
    const latest = await latestActivation(transaction);
    if (latest !== null && latest.document === next.document && latest.version === next.version) return null;
    const { otherwise, ...values } = next;
    const row = await transaction
      .insertInto("policy_activation")
      .values({ ...values, previous: latest?.document ?? otherwise })
      .returning(ACTIVATION)
      .executeTakeFirstOrThrow();
    const activation = { ...activationOf(row), base: latest?.version ?? null };
    await note(transaction, activation);
    return activation;
  });
}

export async function recordRefusal(
  db: Kysely<Database>,
  { actor, problems }: { actor: string; problems: readonly PolicyProblem[] },
): Promise<void> {
  const kept = JSON.stringify(problems.slice(0, PROBLEMS_KEPT_MAX));
  await db
    .insertInto("policy_refusal")
    .values({ actor, problems: sql`${kept}::jsonb` })
    .execute();
}

/** The text of a stored document, or null. */
export async function documentText(db: Kysely<Database>, digest: string): Promise<string | null> {
  const row = await db.selectFrom("document").select("body").where("digest", "=", digest).executeTakeFirst();
  return row === undefined ? null : row.body.toString("utf8");
}

/** A policy, or a version of what was applied, by its digest; null when there is none. */
export async function storedPolicy(
  db: Kysely<Database>,
  digest: string,
): Promise<{ of: "policy" | "policy-version"; document: string } | null> {
  const row = await db
    .selectFrom("document")
    .select(["kind", "body"])
    .where("digest", "=", digest)
    .where("kind", "in", ["policy", "policy-version"])
    .executeTakeFirst();
  if (row === undefined) return null;
  return { of: row.kind === "policy" ? "policy" : "policy-version", document: row.body.toString("utf8") };
}

function activationOf({ seq, at, ...row }: ActivationRow): PolicyActivation {
  const { action, actor, version, document, previous } = row;
  return { seq: Number(seq), atMs: at.getTime(), action, actor, version, document, previous };
}
