import { SignalboxError, type EvaluationOrder, type EvaluationReport } from "@signalbox/proto";
import type { LedgerReplayResult } from "@signalbox/proto/grpc/ledger";
import type { Replayed, ReplayOptions } from "../replays/replay-messages.ts";
import { ReplayThread } from "../replays/replay-thread.ts";
import type { DocumentCache } from "./document-cache.ts";
import type { LeafRow } from "./leaf-rows.ts";

/** From so many on two threads share the work. */
const SPLIT_LEAVES = 32;

/** Runs recorded decisions again, each by the engine and on the documents that it names. */
export class Replayer implements AsyncDisposable {
  readonly #thread: ReplayThread;
  /** Takes half of what is many; started when there is such for the first time. */
  readonly #second: ReplayThread;

  constructor(documents: DocumentCache) {
    this.#thread = new ReplayThread(documents);
    this.#second = new ReplayThread(documents);
  }

  /** Compares what was decided with what is decided now, byte for byte. `error` says why that was not possible. */
  async *replay(rows: readonly LeafRow[]): AsyncGenerator<LedgerReplayResult> {
    for (let from = 0; from < rows.length;) {
      const results = await this.run(rows.slice(from));
      for (const [at, result] of results.entries()) yield comparisonOf(rows[from + at] as LeafRow, result);
      from += results.length;
    }
  }

  /**
   * Decides again, by the engine and documents that each decision names or by others in their place. Gives the results of
   * the first rows, at least one of them.
   */
  async run(rows: readonly Pick<LeafRow, "leaf">[], options: ReplayOptions = {}): Promise<readonly Replayed[]> {
    try {
      const leaves = rows.map(({ leaf }) => leaf);
      if (options.sample !== undefined || leaves.length < SPLIT_LEAVES) return await this.#thread.run(leaves, options);
      const half = Math.ceil(leaves.length / 2);
      const [first, second] = await Promise.all([
        this.#thread.run(leaves.slice(0, half), options),
        // What becomes of these is told when it is their turn.
        this.#second.run(leaves.slice(half), options).catch(() => []),
      ]);
      return first.length < half ? first : [...first, ...second];
    } catch (error) {
      // Without its sample an evaluation would be of something else.
      if (options.sample !== undefined) throw error;
      // The first one is at fault as far as anybody can tell; the others are tried again.
      return [{ ok: false, error: SignalboxError.from(error).message }];
    }
  }

  /** Ends the sample that rows were added to under this name; null as the order: it is forgotten. */
  report(sample: string, order: EvaluationOrder | null): Promise<EvaluationReport | null> {
    return this.#thread.report(sample, order);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#thread[Symbol.asyncDispose](), this.#second[Symbol.asyncDispose]()]);
  }
}

function comparisonOf(row: LeafRow, result: Replayed): LedgerReplayResult {
  const head = { decisionId: row.decision_id ?? "", index: BigInt(row.idx) };
  if (!result.ok) return { ...head, identical: false, differences: [], error: result.error };
  return { ...head, identical: result.differences.length === 0, differences: [...result.differences], error: "" };
}
