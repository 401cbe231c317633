import { REPLAY_LISTED_MAX, type Decision, type ReplayJob } from "@signalbox/proto";
import type { LedgerDifference } from "@signalbox/proto/grpc/ledger";
import type { Replayed } from "../read/replayer.ts";

/** More kinds of moves than this are told as one, so that a job stays small whatever it meets. */
const MOVES_MAX = 10_000;
const OTHER_MOVES = { from: "others", to: "others" };

export type TalliedDecision = { readonly index: number; readonly decisionId: string };

type Counts = Pick<
  ReplayJob,
  "replayed" | "identical" | "different" | "failed" | "identicalShare" | "differing" | "failures" | "changes"
>;

/** Sums up replays, one after the other. */
export class ReplayTally {
  readonly #isDiff: boolean;
  readonly #differing: ReplayJob["differing"] = [];
  readonly #failures: ReplayJob["failures"] = [];
  readonly #moves = new Map<string, { from: string; to: string; count: number }>();
  #identical = 0;
  #different = 0;
  #failed = 0;
  #refusalsGained = 0;
  #refusalsLost = 0;
  #costDelta = 0n;

  constructor(kind: "verify" | "diff") {
    this.#isDiff = kind === "diff";
  }

  add(decided: TalliedDecision, result: Replayed): void {
    if (!result.ok) {
      this.#failed += 1;
      if (this.#failures.length < REPLAY_LISTED_MAX) this.#failures.push({ ...decided, error: result.error });
      return;
    }
    if (result.differences.length === 0) {
      this.#identical += 1;
      return;
    }
    this.#different += 1;
    if (this.#differing.length < REPLAY_LISTED_MAX) {
      this.#differing.push({ ...decided, differences: result.differences.map(renderDifference) });
    }
    if (this.#isDiff) this.#compare(result.recorded, result.replayed);
  }

  get counts(): Counts {
    const replayed = this.#identical + this.#different + this.#failed;
    return {
      replayed,
      identical: this.#identical,
      different: this.#different,
      failed: this.#failed,
      identicalShare: replayed === 0 ? null : Math.floor((this.#identical / replayed) * 1_000_000),
      differing: [...this.#differing],
      failures: [...this.#failures],
      changes: this.#isDiff
        ? {
            refusalsGained: this.#refusalsGained,
            refusalsLost: this.#refusalsLost,
            costDeltaPicoUsd: String(this.#costDelta),
            moves: [...this.#moves.values()].toSorted((a, b) => b.count - a.count).slice(0, REPLAY_LISTED_MAX),
          }
        : null,
    };
  }

  #compare(recorded: Decision, replayed: Decision): void {
    const [from, to] = [choiceOf(recorded), choiceOf(replayed)];
    if (from !== "refused" && to === "refused") this.#refusalsGained += 1;
    if (from === "refused" && to !== "refused") this.#refusalsLost += 1;
    const costs = [costOf(recorded), costOf(replayed)];
    if (costs[0] != null && costs[1] != null) this.#costDelta += costs[1] - costs[0];
    if (from !== to) this.#move(from, to);
  }

  #move(from: string, to: string): void {
    const known = this.#moves.get(`${from} ${to}`);
    if (known === undefined && this.#moves.size === MOVES_MAX && from !== OTHER_MOVES.from) {
      this.#move(OTHER_MOVES.from, OTHER_MOVES.to);
      return;
    }
    this.#moves.set(`${from} ${to}`, { from, to, count: (known?.count ?? 0) + 1 });
  }
}

/** Where a decision sends its request. */
function choiceOf({ action }: Decision): string {
  if (action.kind === "refuse") return "refused";
  return action.kind === "serve-cached" ? "cached" : (action.plan[0] ?? "refused");
}

/** What the first choice was estimated to cost; a refusal and a kept answer cost nothing. */
function costOf(decision: Decision): bigint | null {
  const choice = choiceOf(decision);
  if (choice === "refused" || choice === "cached") return 0n;
  const cost = decision.ranked.find(({ endpoint }) => endpoint === choice)?.costPicoUsd ?? null;
  return cost === null ? null : BigInt(cost);
}

/** A side that is absent is absent here as well, so that it is told from null. */
function renderDifference(difference: LedgerDifference): ReplayJob["differing"][number]["differences"][number] {
  const { path, recordedJson, replayedJson } = difference;
  return {
    path,
    ...(recordedJson === "" ? {} : { recorded: JSON.parse(recordedJson) as unknown }),
    ...(replayedJson === "" ? {} : { replayed: JSON.parse(replayedJson) as unknown }),
  };
}
