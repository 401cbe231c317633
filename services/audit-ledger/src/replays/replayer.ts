import { SignalboxError, type EvaluationOrder, type EvaluationReport } from "@signalbox/proto";
import type { GivenClassification, Replayed, ReplayOptions, Reward } from "./replay-messages.ts";
import { ReplayThread } from "./replay-thread.ts";
import { StalledEngines } from "./stalled-engines.ts";
import type { DocumentCache } from "./document-cache.ts";

/** Sent to a thread together. */
const CHUNK_LEAVES = 128;
/** Chunks under way, so that a thread finds the next one when it has done with one. */
const CHUNKS_MAX = 4;

/** Recorded decisions, each with its leaf, which must stand until the page after the next one is asked for. */
export type ReplayPage<Row> = {
  readonly rows: readonly Row[];
  /** In their order; for a sample. */
  readonly rewards?: readonly Reward[];
  /** In their order; where requests are classified again. */
  readonly classifications?: readonly GivenClassification[];
};

type RunOptions = Omit<ReplayOptions, "sample" | "refused" | "classifications"> & {
  /** Adds what is replayed to the evaluation's sample of this name. */
  readonly sample?: string;
};

type Leaf = { readonly leaf: Uint8Array };
/** What is the same for all chunks of a run. */
type Run = { readonly options: RunOptions; readonly stalled: StalledEngines };
type Chunk<Row> = ReplayPage<Row> & { readonly thread: ReplayThread; readonly results: Promise<readonly Replayed[]> };

/** Runs recorded decisions again, each by the engine and on the documents that it names. */
export class Replayer implements AsyncDisposable {
  readonly #thread: ReplayThread;
  /** Takes every other chunk of what is many; started when there is such for the first time. */
  readonly #second: ReplayThread;
  /** Of decisions that are replayed one by one. */
  readonly #stalled = new StalledEngines();

  constructor(documents: DocumentCache) {
    this.#thread = new ReplayThread(documents);
    this.#second = new ReplayThread(documents);
  }

  /**
   * Decides again, by the engine and documents that each decision names or by others in their place, and gives each row
   * with what came of it, in order, some at a time.
   */
  async *run<Row extends Leaf>(
    pages: AsyncIterable<ReplayPage<Row>>,
    options: RunOptions = {},
  ): AsyncGenerator<readonly (readonly [Row, Replayed])[]> {
    // A sample gathers in one thread, in the order of the log.
    const chunksMax = options.sample === undefined ? CHUNKS_MAX : 1;
    const underWay: Chunk<Row>[] = [];
    const run: Run = { options, stalled: new StalledEngines() };
    let count = 0;
    for await (const page of pages) {
      for (let from = 0; from < page.rows.length; from += CHUNK_LEAVES) {
        const thread = options.sample === undefined && count % 2 === 1 ? this.#second : this.#thread;
        underWay.push(begin(slice(page, from, from + CHUNK_LEAVES), thread, run));
        count += 1;
        if (underWay.length === chunksMax) yield* finish(underWay.shift() as Chunk<Row>, run);
      }
    }
    for (const chunk of underWay) yield* finish(chunk, run);
  }

  /** What becomes of one decision. */
  async runOne(leaf: Uint8Array): Promise<Replayed> {
    const [replayed] = await begin({ rows: [{ leaf }] }, this.#thread, { options: {}, stalled: this.#stalled }).results;
    return replayed as Replayed;
  }

  /** Ends the sample that rows were added to under this name; null as the order: it is forgotten. */
  report(sample: string, order: EvaluationOrder | null): Promise<EvaluationReport | null> {
    return this.#thread.report(sample, order);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#thread[Symbol.asyncDispose](), this.#second[Symbol.asyncDispose]()]);
  }
}

function begin<Row extends Leaf>(page: ReplayPage<Row>, thread: ReplayThread, run: Run): Chunk<Row> {
  const { options, stalled } = run;
  const { sample: name, ...rest } = options;
  const sample = name === undefined ? {} : { sample: { name, rewards: page.rewards ?? [] } };
  const { classifications } = page;
  const given = classifications === undefined ? {} : { classifications };
  const leaves = page.rows.map(({ leaf }) => leaf);
  const results = thread.run(leaves, { ...rest, ...given, ...sample }, stalled).catch((error: unknown): Replayed[] => {
    // Without its sample an evaluation would be of something else.
    if (name !== undefined) throw error;
    // The first one is at fault as far as anybody can tell; the others are tried again.
    return [{ ok: false, error: SignalboxError.from(error).message }];
  });
  return { ...page, thread, results };
}

/** A thread gives as many results as it has in a moment; the rest of the chunk is sent again. */
async function* finish<Row extends Leaf>(
  chunk: Chunk<Row>,
  run: Run,
): AsyncGenerator<readonly (readonly [Row, Replayed])[]> {
  for (let rest = chunk; ;) {
    const results = await rest.results;
    yield results.map((result, at) => [rest.rows[at] as Row, result] as const);
    if (results.length >= rest.rows.length) return;
    rest = begin(slice(rest, results.length), rest.thread, run);
  }
}

function slice<Row>(page: ReplayPage<Row>, from: number, to?: number): ReplayPage<Row> {
  const { rows, rewards, classifications } = page;
  return {
    rows: rows.slice(from, to),
    ...(rewards === undefined ? {} : { rewards: rewards.slice(from, to) }),
    ...(classifications === undefined ? {} : { classifications: classifications.slice(from, to) }),
  };
}
