import { uuidv7, type Bus, type Logger } from "@signalbox/kit";
import { SignalboxError, type ReplayJob, type ReplayOrder, type ReplayWish } from "@signalbox/proto";
import type { Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { Replayer } from "../read/replayer.ts";
import type { Scope } from "../read/scope.ts";
import type { DecisionPages } from "./decision-pages.ts";
import { JobStore } from "./job-store.ts";
import { keepDocuments } from "./keep-documents.ts";
import { ReplayTally } from "./replay-tally.ts";
import { runReplay } from "./run-replay.ts";

/** All run in one thread beside this one: more at a time would only slow each other down. */
const RUNNING_MAX = 2;

export type ReplayJobsOptions = {
  readonly db: Kysely<Database>;
  readonly bus: Bus;
  readonly log: Logger;
  readonly replayer: Replayer;
  readonly decisions: DecisionPages;
};

/** Replays of ranges, which go on whether or not anybody waits for them. Disposing ends those that run. */
export class ReplayJobs implements AsyncDisposable {
  readonly #db: Kysely<Database>;
  readonly #bus: Bus;
  readonly #log: Logger;
  readonly #store: JobStore;
  readonly #replayer: Replayer;
  readonly #decisions: DecisionPages;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor({ db, bus, log, replayer, decisions }: ReplayJobsOptions) {
    this.#db = db;
    this.#bus = bus;
    this.#log = log;
    this.#store = new JobStore(db);
    this.#replayer = replayer;
    this.#decisions = decisions;
  }

  /** Throws `forbidden` for documents that a tenant brings, and `overloaded` when as many run as may. A policy that the register does not hold shows as failures. */
  async start(scope: Scope, { documents, ...order }: ReplayWish): Promise<ReplayJob> {
    if (documents !== undefined && scope.tenant !== null) {
      throw new SignalboxError("forbidden", "Only who reads across tenants brings documents of their own.");
    }
    const brought = documents === undefined ? {} : await keepDocuments(this.#db, documents);
    const job = await this.#plan(scope, { ...order, ...brought });
    // Looked at and taken without a pause in between, so that no two calls take the same place.
    if (this.#running.size >= RUNNING_MAX) throw new SignalboxError("overloaded", "Other replays are running.");
    const kept = this.#store.add(job);
    const running: Promise<void> = kept
      .then(
        () => this.#run(job),
        () => {},
      )
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    await kept;
    return job;
  }

  /** Throws `not-found`. */
  async get(scope: Scope, id: string): Promise<ReplayJob> {
    const job = await this.#store.get(id, scope);
    if (job === undefined) throw new SignalboxError("not-found", "There is no replay of this id.");
    return job;
  }

  /** Asks a job to end, which it does within about a second. One that has ended stays as it is. */
  async cancel(scope: Scope, id: string): Promise<ReplayJob> {
    const job = await this.get(scope, id);
    if (job.state === "running") await this.#store.askToCancel(id);
    return job;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #plan({ tenant }: Scope, order: ReplayOrder): Promise<ReplayJob> {
    const { size } = await this.#db.selectFrom("ledger_head").select("size").executeTakeFirstOrThrow();
    const toIndex = Math.min(order.toIndex ?? Number.MAX_SAFE_INTEGER, Number(size));
    const checkpoint = await this.#db
      .selectFrom("ledger_checkpoint")
      .select(["size", "root"])
      .orderBy("size", "desc")
      .limit(1)
      .executeTakeFirst();
    const nowMs = Date.now();
    return {
      schema: "signalbox.replay-job.v1",
      id: uuidv7(),
      tenant,
      order,
      state: "running",
      error: null,
      range: { fromIndex: Math.min(order.fromIndex, toIndex), toIndex },
      checkpoint: checkpoint ? { size: Number(checkpoint.size), root: checkpoint.root.toString("base64") } : null,
      engine: order.kind === "verify" ? null : await this.#presentEngine(),
      ...new ReplayTally(order.kind).counts,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
  }

  async #presentEngine(): Promise<string | null> {
    const row = await this.#db
      .selectFrom("document")
      .select("digest")
      .where("kind", "=", "engine")
      .orderBy("created_at", "desc")
      .limit(1)
      .executeTakeFirst();
    return row?.digest ?? null;
  }

  async #run(job: ReplayJob): Promise<void> {
    const options = {
      db: this.#db,
      bus: this.#bus,
      log: this.#log,
      store: this.#store,
      replayer: this.#replayer,
      decisions: this.#decisions,
      stop: this.#stop.signal,
    };
    try {
      const { state, replayed, different, failed } = await runReplay(job, options);
      this.#log.info({ replay: job.id, state, replayed, different, failed }, "a replay has ended");
    } catch (error) {
      this.#log.error({ err: error, replay: job.id }, "a replay failed");
      const message = SignalboxError.from(error).message;
      await this.#store.update({ ...job, state: "failed", error: message, updatedAtMs: Date.now() }).catch(() => {});
    }
  }
}
