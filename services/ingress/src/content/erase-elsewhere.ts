import type { ErasureEvent } from "@signalbox/proto";
import type { Transaction } from "kysely";
import type { ContentDatabase } from "./content-database.ts";

export type ErasedElsewhere = {
  /** Answers of the cache, by their ids: its instances hold some in memory. */
  readonly cached: readonly string[];
  readonly storedResponses: number;
};

export type ElsewhereWish = {
  readonly of: string;
  readonly scope: ErasureEvent["scope"];
  /** Under which the cache has the answer to the request that the scope names; null: under none. */
  readonly cacheKey: string | null;
};

/** Erases what the cache and the kept responses have of the same content. */
export async function eraseElsewhere(
  db: Transaction<ContentDatabase>,
  { of, scope, cacheKey }: ElsewhereWish,
): Promise<ErasedElsewhere> {
  let answers = db.deleteFrom("cache_entry").where("tenant", "=", of);
  let responses = db.deleteFrom("stored_response").where("tenant", "=", of);
  if (scope.kind === "request") {
    answers = answers.where("key", "=", cacheKey ?? "");
    responses = responses.where("id", "=", `resp_${scope.requestId.replaceAll("-", "")}`);
  }
  if (scope.kind === "age") {
    const before = new Date(scope.beforeMs);
    answers = answers.where("created_at", "<", before);
    responses = responses.where("created_at", "<", before);
  }
  const cached = await answers.returning("entry_id").execute();
  const { numDeletedRows } = await responses.executeTakeFirst();
  return { cached: cached.map((row) => row.entry_id), storedResponses: Number(numDeletedRows) };
}
