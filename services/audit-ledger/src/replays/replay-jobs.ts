import { repeatWork, uuidv7, type Bus, type Logger, type RepeatedWork } from "@signalbox/kit";
import { SignalboxError, type ReplayJob, type ReplayOrder, type ReplayRequest } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { newestCheckpoint } from "../checkpoint/newest-checkpoint.ts";
import type { Database } from "../database.ts";
import type { Replayer } from "./replayer.ts";
import type { Scope } from "../read/scope.ts";
import type { DecisionPages } from "./decision-pages.ts";
import { JobStore } from "./job-store.ts";
import { keepDocuments, requireDocuments } from "./keep-documents.ts";
import { presentEngine } from "./present-engine.ts";
import { ReplayTally } from "./replay-tally.ts";
import { runReplay } from "./run-replay.ts";

/** They share the threads beside this one: more at a time would only slow each other down. */
const RUNNING_MAX = 2;
/** So that a tenant never holds up all others. */
const RUNNING_OF_TENANT_MAX = 1;
const UPKEEP_EVERY_MS = 2_000;
const PRUNE_EVERY_MS = 60_000;

type ReplayJobsOptions = {
  readonly db: Kysely<Database>;
  readonly bus: Bus;
  readonly log: Logger;
  readonly replayer: Replayer;
  readonly decisions: DecisionPages;
  /** One instance of several looks after the jobs of those that are gone. */
  readonly isLeading: () => boolean;
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
  /** With whose decisions each replays; null: everyone's. */
  readonly #running = new Map<Promise<void>, string | null>();
  readonly #upkeep: RepeatedWork;
  #prunedAtMs = -Infinity;

  constructor({ db, bus, log, replayer, decisions, isLeading }: ReplayJobsOptions) {
    this.#db = db;
    this.#bus = bus;
    this.#log = log;
    this.#store = new JobStore(db);
    this.#replayer = replayer;
    this.#decisions = decisions;
    this.#upkeep = repeatWork({
      everyMs: UPKEEP_EVERY_MS,
      work: async () => {
        if (isLeading()) await this.#lookAfter();
      },
      onFailure: (error) => log.warn({ err: error }, "the replays' reports could not be looked after"),
    });
  }

  /**
   * Throws `forbidden` for documents that a tenant brings, `not-found` for one that nobody has kept, `overloaded` when
   * as many run as may.
   */
  async start(scope: Scope, { documents, ...order }: ReplayRequest): Promise<ReplayJob> {
    if (documents !== undefined && scope.tenant !== null) {
      throw new SignalboxError("forbidden", "Only who reads across tenants brings documents of their own.");
    }
    const brought = documents === undefined ? {} : await keepDocuments(this.#db, documents);
    await requireDocuments(this.#db, order);
    const job = await this.#plan(scope, { ...order, ...brought });
    // Looked at and taken without a pause in between, so that no two calls take the same place.
    this.#requireRoom(scope);
    const kept = this.#store.add(job);
    const running: Promise<void> = kept
      .then(
        () => this.#run(job),
        () => {},
      )
      .finally(() => this.#running.delete(running));
    this.#running.set(running, scope.tenant);
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
    await Promise.all([this.#upkeep[Symbol.asyncDispose](), ...this.#running.keys()]);
  }

  #requireRoom({ tenant }: Scope): void {
    const own = [...this.#running.values()].filter((of) => of === tenant).length;
    if (tenant !== null && own >= RUNNING_OF_TENANT_MAX) {
      throw new SignalboxError("overloaded", "Another replay of this tenant is running.");
    }
    if (this.#running.size >= RUNNING_MAX) throw new SignalboxError("overloaded", "Other replays are running.");
  }

  async #lookAfter(): Promise<void> {
    await this.#store.failLost();
    if (performance.now() < this.#prunedAtMs + PRUNE_EVERY_MS) return;
    await this.#store.prune();
    this.#prunedAtMs = performance.now();
  }

  async #plan({ tenant }: Scope, order: ReplayOrder): Promise<ReplayJob> {
    const { size } = await this.#db.selectFrom("ledger_head").select("size").executeTakeFirstOrThrow();
    const toIndex = Math.min(order.toIndex ?? Number.MAX_SAFE_INTEGER, Number(size));
    const checkpoint = await newestCheckpoint(this.#db);
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
      engine: order.kind === "verify" ? null : await presentEngine(this.#db),
      ...new ReplayTally(order.kind).counts,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
    };
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
