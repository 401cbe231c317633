import { repeatWork, type Logger } from "@signalbox/kit";
import { sql, type Kysely } from "kysely";
import type { KeyDatabase } from "./key-database.ts";

/** Remembers when keys were used, and writes that to the database once a minute, so that no request waits for it. */
export type KeyUsage = AsyncDisposable & { used(keyId: string, atMs: number): void };

const WRITE_EVERY_MS = 60_000;

export function trackKeyUsage(db: Kysely<KeyDatabase>, log: Logger): KeyUsage {
  const lastUsed = new Map<string, number>();

  async function write(): Promise<void> {
    if (lastUsed.size === 0) return;
    const ids = [...lastUsed.keys()];
    const times = [...lastUsed.values()].map((atMs) => new Date(atMs).toISOString());
    lastUsed.clear();
    await sql`
      update virtual_key set last_used_at = greatest(virtual_key.last_used_at, used.at)
      from unnest(${ids}::text[], ${times}::timestamptz[]) as used (id, at)
      where virtual_key.id = used.id`.execute(db);
  }

  const writing = repeatWork({
    everyMs: WRITE_EVERY_MS,
    work: write,
    onFailure: (error) => log.warn({ err: error }, "the keys' times of last use could not be written"),
  });
  return {
    used: (keyId, atMs) => {
      lastUsed.set(keyId, atMs);
    },
    async [Symbol.asyncDispose]() {
      await writing[Symbol.asyncDispose]();
      await writing.run();
    },
  };
}
