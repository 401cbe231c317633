import { Worker } from "node:worker_threads";
import { SignalboxError, type EvaluationOrder, type EvaluationReport } from "@signalbox/proto";
import type { DocumentCache } from "./document-cache.ts";
import { packLeaves, unpackLeaf } from "./packed-leaves.ts";
import { readRecordedDecision } from "./recorded-decision.ts";
import { NOWHERE } from "./replay-messages.ts";
import type { FoundDocument, FromWorker, Replayed, ReplayOptions, ToWorker } from "./replay-messages.ts";
import { StalledEngines } from "./stalled-engines.ts";

/**
 * A decision takes less than a millisecond. An engine that has not answered by then never will: its thread is ended.
 */
const ANSWER_TIMEOUT_MS = 20_000;
const MS_PER_SECOND = 1_000;
const HEAP_MAX_MIB = 512;
/**
 * Each decision leaves much short-lived garbage; with more room for it fewer objects outlive a collection by accident.
 */
const YOUNG_MAX_MIB = 96;
const SAMPLE_LOST = "The thread that gathered what the evaluation is of was ended by another replay's engine.";
const FILE = new URL("./replay-worker.ts", import.meta.url);

/** Rejects for a digest that it has no document of. */
type Documents = Pick<DocumentCache, "read">;

type Answer = Extract<FromWorker, { kind: "replayed" | "reported" }>;
/** A message to the worker, without the number that it gets. */
type Call = { [M in ToWorker as M["kind"]]: Omit<M, "id"> }["replay" | "report"];

type Waiting = {
  readonly call: Call;
  /** Of a replay: engines that it does not run, to which one is added that ends this thread. */
  readonly stalled: StalledEngines;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: SignalboxError) => void;
  /** Its turn has come. */
  hasBegun: boolean;
  /** Of a replay that has begun: an engine may never end, what the ledger's own code does ends by itself. */
  timer: NodeJS.Timeout | undefined;
};

/**
 * Runs recorded decisions again in a thread of its own, which is started when it is first needed and has neither I/O
 * nor an environment: documents are handed to it. What becomes of it touches nothing here; the next call starts
 * another.
 */
export class ReplayThread implements AsyncDisposable {
  readonly #documents: Documents;
  readonly #answerTimeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  /** Where each evaluation's sample gathers. */
  readonly #samples = new Map<string, Worker>();
  #worker: Worker | null = null;
  /** Where the worker says which leaf of its call it decides. */
  #position = newPosition();
  #lastId = 0;
  #isOver = false;

  constructor(documents: Documents, answerTimeoutMs: number = ANSWER_TIMEOUT_MS) {
    this.#documents = documents;
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /**
   * The results of the first leaves, at least one: as many as are done in a moment. An engine that does not end, or
   * that ends the thread, is noted as stalled, and decisions by engines that are noted so cannot be replayed. Throws
   * `internal` when the thread ends for any other reason, or when one has ended that held a part of the sample.
   */
  async run(
    leaves: readonly Uint8Array[],
    options: ReplayOptions,
    stalled: StalledEngines = new StalledEngines(),
  ): Promise<readonly Replayed[]> {
    const answer = await this.#ask({ kind: "replay", leaves: packLeaves(leaves), options }, stalled);
    return answer.kind === "replayed" ? answer.results : [];
  }

  /** Ends the sample of this name; null as the order: it is forgotten. */
  async report(sample: string, order: EvaluationOrder | null): Promise<EvaluationReport | null> {
    const answer = await this.#ask({ kind: "report", sample, order });
    return answer.kind === "reported" ? answer.report : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#isOver = true;
    if (worker !== null) this.#end(worker, "The ledger stops.");
    await worker?.terminate();
  }

  #ask(call: Call, stalled = new StalledEngines()): Promise<Answer> {
    const id = (this.#lastId += 1);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#send(id, { call, stalled, resolve, reject, hasBegun: false, timer: undefined });
    return promise;
  }

  #send(id: number, waiting: Waiting): void {
    this.#worker ??= this.#start();
    if (this.#hasLostSample(waiting.call, this.#worker)) {
      waiting.reject(new SignalboxError("internal", SAMPLE_LOST));
      return;
    }
    this.#waiting.set(id, { ...waiting, hasBegun: false, timer: undefined });
    this.#worker.postMessage({ ...withRefused(waiting), id }, []);
  }

  /**
   * Another call's engine may have ended the thread that a sample gathered in; the rest alone would pass for all of it.
   */
  #hasLostSample(call: Call, worker: Worker): boolean {
    const name = call.kind === "replay" ? call.options.sample?.name : call.sample;
    if (name === undefined) return false;
    const gathersIn = this.#samples.get(name) ?? worker;
    if (call.kind === "replay") this.#samples.set(name, gathersIn);
    else this.#samples.delete(name);
    return gathersIn !== worker && (call.kind === "replay" || call.order !== null);
  }

  #start(): Worker {
    this.#position = newPosition();
    const worker = new Worker(FILE, {
      env: {},
      workerData: this.#position,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MIB, maxYoungGenerationSizeMb: YOUNG_MAX_MIB },
    });
    worker.unref();
    worker.on("message", (message: FromWorker) => void this.#take(worker, message));
    worker.on("error", (error) => this.#end(worker, "The replaying thread failed.", error));
    worker.on("exit", () => this.#end(worker, "The replaying thread ended."));
    return worker;
  }

  async #take(worker: Worker, message: FromWorker): Promise<void> {
    const { id } = message;
    if (message.kind === "needs") {
      const documents = await Promise.all(message.digests.map((digest) => this.#find(digest)));
      worker.postMessage({ kind: "documents", id, documents } satisfies ToWorker, []);
      return;
    }
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (message.kind === "begun") {
      waiting.hasBegun = true;
      if (waiting.call.kind !== "replay") return;
      const seconds = this.#answerTimeoutMs / MS_PER_SECOND;
      const why = `The engine ran for more than ${seconds} s and was not run again.`;
      waiting.timer = setTimeout(() => this.#end(worker, why), this.#answerTimeoutMs);
      waiting.timer.unref();
      return;
    }
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (message.kind === "failed") waiting.reject(new SignalboxError("internal", message.message));
    else waiting.resolve(message);
  }

  async #find(digest: string): Promise<FoundDocument> {
    try {
      return { digest, text: await this.#documents.read(digest) };
    } catch (error) {
      return { digest, error: SignalboxError.from(error).message };
    }
  }

  /**
   * Calls that waited behind the one at work go to the next worker, and so does that one when it is known which engine
   * it must not run again. When none was at work the worker did not even start, and all fail.
   */
  #end(worker: Worker, why: string, cause?: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const all = [...this.#waiting];
    this.#waiting.clear();
    void worker.terminate();
    const isBlamed = !this.#isOver && all.some(([, { hasBegun }]) => hasBegun);
    for (const [id, waiting] of all) {
      clearTimeout(waiting.timer);
      const goesOn = isBlamed && (!waiting.hasBegun || this.#noteStalled(waiting, why));
      if (goesOn) this.#send(id, waiting);
      else waiting.reject(new SignalboxError("internal", why, { cause }));
    }
  }

  /** Notes the engine that the call was at. False: none is known, or the call cannot be done again. */
  #noteStalled({ call, stalled }: Waiting, reason: string): boolean {
    const leaf = call.kind === "replay" ? unpackLeaf(call.leaves, this.#position[0] ?? NOWHERE) : undefined;
    // What a sample held is gone with its thread.
    if (call.kind !== "replay" || leaf === undefined || call.options.sample !== undefined) return false;
    try {
      return stalled.note(readRecordedDecision(leaf, call.options.others ?? {}).names.engine, reason);
    } catch {
      return false;
    }
  }
}

/** The call as the worker gets it, with the engines that are stalled by now. */
function withRefused({ call, stalled }: Waiting): Call {
  if (call.kind !== "replay" || stalled.list.length === 0) return call;
  return { ...call, options: { ...call.options, refused: stalled.list } };
}

function newPosition(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)).fill(NOWHERE);
}
