import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@signalbox/kit";
import { isQuorum, type NoteVerifier, type Policy } from "@signalbox/tlog";
import type { Kysely } from "kysely";
import { newestCheckpoint } from "../checkpoint/newest-checkpoint.ts";
import type { Database } from "../database.ts";
import type { LogFiles } from "../read/files/log-files.ts";
import { witnessAnswers, witnessedSizeGauge, witnessSizeGauge } from "../metrics.ts";
import { askWitness } from "./ask-witness.ts";
import { isLineOf, linesByWitness, namesOfLines } from "./witness-lines.ts";

/** As often as checkpoints are signed. */
const CHECK_EVERY_MS = 500;
const BACKOFF_MAX_MS = 30_000;

type CollectorOptions = {
  readonly db: Kysely<Database>;
  readonly log: Logger;
  readonly files: LogFiles;
  readonly policy: Policy;
  /** For one question to one witness. */
  readonly timeoutMs: number;
  /** Two instances that ask at the same time would only meet each other's conflicts. */
  readonly isLeading: () => boolean;
};

type AskedWitness = { readonly name: string; readonly url: string; readonly verifier: NoteVerifier };

/**
 * Has every witness of the policy cosign the newest checkpoint, each in its own time: one that is slow or gone holds up
 * neither the others nor the log.
 */
export function collectCosignatures(options: CollectorOptions): AsyncDisposable {
  const stop = new AbortController();
  const loops = [...options.policy.witnesses].flatMap(([name, { url, verifier }]) => {
    return url === null ? [] : [new Collector({ name, url, verifier }, options, stop.signal).run()];
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(loops);
    },
  };
}

class Collector {
  readonly #witness: AskedWitness;
  readonly #options: CollectorOptions;
  readonly #stop: AbortSignal;
  /** The newest size whose cosignature is kept here; null until the database has told. */
  #kept: number | null = null;
  /** The size that the witness cosigned last, as far as is known: an answer that came too late is not kept here. */
  #cosigned = 0;

  constructor(witness: AskedWitness, options: CollectorOptions, stop: AbortSignal) {
    this.#witness = witness;
    this.#options = options;
    this.#stop = stop;
  }

  async run(): Promise<void> {
    let waitMs = CHECK_EVERY_MS;
    while (!this.#stop.aborted) {
      try {
        const isWell = !this.#options.isLeading() || (await this.#step());
        waitMs = isWell ? CHECK_EVERY_MS : Math.min(2 * waitMs, BACKOFF_MAX_MS);
      } catch (error) {
        waitMs = Math.min(2 * waitMs, BACKOFF_MAX_MS);
        if (this.#stop.aborted) return;
        witnessAnswers.inc({ witness: this.#witness.name, result: "unreachable" });
        this.#warn({ err: error }, "a witness could not be asked");
      }
      await sleep(waitMs, undefined, { signal: this.#stop }).catch(() => {});
    }
  }

  /** False when the witness does not cosign, which is worth waiting before the next time. */
  async #step(): Promise<boolean> {
    const { db, files } = this.#options;
    // With the log's own signatures and no other: a witness need not read more than sixteen.
    const newest = await newestCheckpoint(db);
    this.#kept ??= await this.#lastKept();
    const size = Number(newest?.size ?? 0);
    if (newest === undefined || size <= this.#kept) return true;
    const oldSize = this.#cosigned;
    // One that has cosigned this very size does so again: its line was lost on the way.
    const proof = oldSize === 0 ? [] : await (await files.tree(size)).consistencyProof(oldSize);
    const { url, verifier } = this.#witness;
    const signal = AbortSignal.any([this.#stop, AbortSignal.timeout(this.#options.timeoutMs)]);
    const request = { oldSize, proof, checkpoint: newest.note };
    const answer = await askWitness({ url, verifier, request, signal });
    witnessAnswers.inc({ witness: this.#witness.name, result: answer.kind });
    if (answer.kind === "refused") {
      this.#warn({ status: answer.status, reason: answer.reason }, "a witness does not cosign");
      return false;
    }
    if (answer.kind === "conflict") return this.#learn(answer.size, size);
    this.#cosigned = size;
    await this.#keep(size, answer.line);
    this.#tell(size);
    return true;
  }

  /** A witness that has seen more of this log than there is has seen another history of it. */
  #learn(size: number, newest: number): boolean {
    const isKnown = size === this.#cosigned;
    this.#cosigned = Math.min(size, newest);
    if (size <= newest && !isKnown) return true;
    const { name } = this.#witness;
    this.#options.log.error({ witness: name, cosigned: size, size: newest }, "a witness has cosigned another history");
    return false;
  }

  async #lastKept(): Promise<number> {
    const { db } = this.#options;
    const rows = await db
      .selectFrom("ledger_cosignature")
      .select(["size", "line"])
      .distinctOn("witness")
      .where("witness", "in", namesOfLines(this.#witness))
      .orderBy("witness")
      .orderBy("size", "desc")
      .execute();
    // A key that took another's place has cosigned nothing yet, although the witness has.
    const own = rows.filter(({ line }) => isLineOf(line, this.#witness.verifier));
    const witnessed = await db
      .selectFrom("ledger_witnessed")
      .select("size")
      .orderBy("size", "desc")
      .limit(1)
      .executeTakeFirst();
    const size = Math.max(0, ...own.map((row) => Number(row.size)));
    this.#cosigned = size;
    this.#tell(size);
    witnessedSizeGauge.set(Number(witnessed?.size ?? 0));
    return size;
  }

  #tell(size: number): void {
    this.#kept = size;
    witnessSizeGauge.set({ witness: this.#witness.name }, size);
  }

  async #keep(size: number, line: string): Promise<void> {
    await this.#options.db
      .insertInto("ledger_cosignature")
      .values({ size: String(size), witness: namesOfLines(this.#witness)[0], line })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const { db, policy } = this.#options;
    const rows = await db.selectFrom("ledger_cosignature").select("line").where("size", "=", String(size)).execute();
    if (!isQuorum(policy, new Set(linesByWitness(rows, policy).keys()))) return;
    await db
      .insertInto("ledger_witnessed")
      .values({ size: String(size) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    witnessedSizeGauge.set(size);
  }

  #warn(fields: object, message: string): void {
    if (!this.#stop.aborted) this.#options.log.warn({ witness: this.#witness.name, ...fields }, message);
  }
}
