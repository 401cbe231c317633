import { appendSignatures, isQuorum, type Policy } from "@signalbox/tlog";
import { sql, type Kysely } from "kysely";
import { newestCheckpoint } from "../../checkpoint/newest-checkpoint.ts";
import type { Database } from "../../database.ts";
import { linesByWitness } from "../../witness/witness-lines.ts";

/** A fraction of the time between two checkpoints, in which many readers share one question to the database. */
const KEPT_MS = 100;
/** A proof is as good under the checkpoint before the newest, so that few proofs have it read beside them. */
const PROVING_MS = 1_000;

/** A checkpoint with the cosignatures that it has by now. */
export type SignedCheckpoint = { readonly size: number; readonly root: Buffer; readonly note: string };

type PublicationOptions = {
  /** Null: no cosignature is waited for. */
  readonly policy: Policy | null;
  /** How long leaves may wait for a quorum before their checkpoint is published without one; null: for ever. */
  readonly unwitnessedAfterMs: number | null;
};

/**
 * Which checkpoint is shown: the newest that the policy's witnesses cosigned, and when there has been no such for too
 * long, the newest one. What was shown once is never followed by a smaller one.
 */
export class Publication {
  readonly #db: Kysely<Database>;
  readonly #options: PublicationOptions;
  #shownSize = 0;
  #kept: { readonly checkpoint: Promise<SignedCheckpoint | null>; readonly atMs: number } | null = null;

  constructor(db: Kysely<Database>, options: PublicationOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** Whether a checkpoint without a quorum is never shown. */
  get isStrict(): boolean {
    return this.#needsQuorum && this.#options.unwitnessedAfterMs === null;
  }

  get #needsQuorum(): boolean {
    const { policy } = this.#options;
    return policy !== null && policy.quorum !== null;
  }

  /** The newest that was signed, whoever has cosigned it. */
  async newest(): Promise<SignedCheckpoint | null> {
    const row = await newestCheckpoint(this.#db);
    if (row === undefined) return null;
    const { policy } = this.#options;
    const lines = policy === null ? [] : (await this.#linesOf(row.size, policy)).values();
    return { size: Number(row.size), root: row.root, note: appendSignatures(row.note, [...lines]) };
  }

  /** The one that is published, or was a moment ago; null before the first. */
  shown(): Promise<SignedCheckpoint | null> {
    return this.#shownWithin(KEPT_MS);
  }

  /** One that covers a leaf, published now or up to a second ago; null while there is none. */
  async covering(index: number): Promise<SignedCheckpoint | null> {
    for (const ageMaxMs of [PROVING_MS, KEPT_MS]) {
      const checkpoint = await this.#shownWithin(ageMaxMs);
      if (checkpoint !== null && checkpoint.size > index) return checkpoint;
    }
    return null;
  }

  /** Has what `covering` needs read beside what else a proof is made of. */
  expectCovering(): void {
    // Who needs it finds the same failure, or reads it anew.
    this.#shownWithin(PROVING_MS).catch(() => {});
  }

  #shownWithin(ageMaxMs: number): Promise<SignedCheckpoint | null> {
    if (this.#kept !== null && performance.now() < this.#kept.atMs + ageMaxMs) return this.#kept.checkpoint;
    const checkpoint = this.#readShown();
    const kept = { checkpoint, atMs: performance.now() };
    this.#kept = kept;
    checkpoint.catch(() => {
      if (this.#kept === kept) this.#kept = null;
    });
    return checkpoint;
  }

  async #readShown(): Promise<SignedCheckpoint | null> {
    const newest = await this.newest();
    if (newest === null || !this.#needsQuorum) return newest;
    const shown = await this.#choose(newest);
    this.#shownSize = Math.max(this.#shownSize, shown?.size ?? 0);
    return shown;
  }

  async #choose(newest: SignedCheckpoint): Promise<SignedCheckpoint | null> {
    const witnessed = await this.#witnessed();
    if (this.isStrict) return witnessed;
    const isBehind = (witnessed?.size ?? 0) < this.#shownSize;
    return isBehind || (await this.#waitsTooLong(witnessed?.size ?? -1)) ? newest : witnessed;
  }

  /** The newest that had a quorum, if that is one under today's policy. */
  async #witnessed(): Promise<SignedCheckpoint | null> {
    const { policy } = this.#options;
    const row = await this.#db
      .selectFrom("ledger_witnessed as w")
      .innerJoin("ledger_checkpoint as c", "c.size", "w.size")
      .select(["c.size", "c.root", "c.note"])
      .orderBy("w.size", "desc")
      .limit(1)
      .executeTakeFirst();
    if (row === undefined || policy === null) return null;
    const lines = await this.#linesOf(row.size, policy);
    if (!isQuorum(policy, new Set(lines.keys()))) return null;
    return { size: Number(row.size), root: row.root, note: appendSignatures(row.note, [...lines.values()]) };
  }

  /** Whether the first checkpoint beyond this size has waited for its quorum longer than it may. */
  async #waitsTooLong(size: number): Promise<boolean> {
    const { unwitnessedAfterMs } = this.#options;
    if (unwitnessedAfterMs === null) return false;
    const row = await this.#db
      .selectFrom("ledger_checkpoint")
      .select(sql<number>`(extract(epoch from now() - signed_at) * 1000)::float8`.as("waits_ms"))
      .where("size", ">", String(size))
      .orderBy("size")
      .limit(1)
      .executeTakeFirst();
    return row !== undefined && row.waits_ms > unwitnessedAfterMs;
  }

  async #linesOf(size: string, policy: Policy): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db.selectFrom("ledger_cosignature").select("line").where("size", "=", size).execute();
    return linesByWitness(rows, policy);
  }
}
