import { readDifference, REPLAY_LISTED_MAX, type Decision, type ReplayJob } from "@signalbox/proto";
import type { LeafRow } from "../read/leaf-rows.ts";
import { addChange, ChangeGroups, noSums, type Change } from "./change-groups.ts";
import type { Replayed } from "./replay-messages.ts";

/** More kinds of moves than this are told as one, so that a job stays small whatever it meets. */
const MOVES_MAX = 10_000;
const OTHER_MOVES = { from: "others", to: "others" };
/** Documents of one kind that a job names. */
const NAMED_MAX = 16;
const MICRO = 1_000_000;
const NO_CHANGE: Change = { changed: false, moved: false, refusal: null, costDelta: 0n };

type TalliedDecision = Pick<LeafRow, "idx" | "decision_id" | "tenant">;

type Counts = Pick<
  ReplayJob,
  | "replayed"
  | "identical"
  | "different"
  | "failed"
  | "identicalShare"
  | "failedShare"
  | "differing"
  | "failures"
  | "changes"
  | "recordedBy"
>;
type Replay = Extract<Replayed, { ok: true }>;

/** Sums up replays, one after the other. */
export class ReplayTally {
  readonly #kind: ReplayJob["order"]["kind"];
  readonly #differing: ReplayJob["differing"] = [];
  readonly #failures: ReplayJob["failures"] = [];
  readonly #moves = new Map<string, { from: string; to: string; count: number }>();
  readonly #groups = { tenant: new ChangeGroups(), task: new ChangeGroups(), model: new ChangeGroups() };
  readonly #named = { engine: new Set<string>(), policy: new Set<string>(), catalogue: new Set<string>() };
  #lastNamed: Replay["documents"] | null = null;
  #identical = 0;
  #different = 0;
  #failed = 0;
  readonly #sums = noSums();

  constructor(kind: ReplayJob["order"]["kind"]) {
    this.#kind = kind;
  }

  add(row: TalliedDecision, result: Replayed): void {
    const decided = { index: Number(row.idx), decisionId: row.decision_id ?? "" };
    if (!result.ok) {
      this.#failed += 1;
      if (this.#failures.length < REPLAY_LISTED_MAX) this.#failures.push({ ...decided, error: result.error });
      return;
    }
    this.#name(result.documents);
    if (this.#kind !== "verify") this.#compare(row.tenant, result);
    if (result.differences.length === 0) {
      this.#identical += 1;
      return;
    }
    this.#different += 1;
    if (this.#differing.length < REPLAY_LISTED_MAX) {
      this.#differing.push({ ...decided, differences: result.differences.map(readDifference) });
    }
  }

  get counts(): Counts {
    const replayed = this.#identical + this.#different + this.#failed;
    const { engine, policy, catalogue } = this.#named;
    return {
      replayed,
      identical: this.#identical,
      different: this.#different,
      failed: this.#failed,
      identicalShare: replayed === 0 ? null : Math.floor((this.#identical / replayed) * MICRO),
      failedShare: replayed === 0 ? null : Math.ceil((this.#failed / replayed) * MICRO),
      differing: [...this.#differing],
      failures: [...this.#failures],
      changes: this.#kind === "diff" ? this.#changes() : null,
      recordedBy: { engine: [...engine], policy: [...policy], catalogue: [...catalogue] },
    };
  }

  #changes(): NonNullable<ReplayJob["changes"]> {
    const { tenant, task, model } = this.#groups;
    const { moved, refusalsGained, refusalsLost, costDelta, withoutPrice } = this.#sums;
    return {
      moved,
      refusalsGained,
      refusalsLost,
      costDeltaPicoUsd: String(costDelta),
      withoutPrice,
      moves: [...this.#moves.values()].toSorted((a, b) => b.count - a.count).slice(0, REPLAY_LISTED_MAX),
      byTenant: tenant.list,
      byTask: task.list,
      byModel: model.list,
    };
  }

  #compare(tenant: string, { about, decisions }: Replay): void {
    if (about === null) return;
    const { task, model } = about;
    const change = decisions === null ? NO_CHANGE : changeOf(decisions.recorded, decisions.replayed);
    addChange(this.#sums, change);
    if (decisions !== null) this.#move(choiceOf(decisions.recorded), choiceOf(decisions.replayed));
    this.#groups.tenant.add(tenant, change);
    this.#groups.task.add(task, change);
    this.#groups.model.add(model, change);
  }

  /** Most decisions name what the one before them does. */
  #name(documents: Replay["documents"]): void {
    if (documents === this.#lastNamed) return;
    this.#lastNamed = documents;
    for (const kind of ["engine", "policy", "catalogue"] as const) {
      if (this.#named[kind].size < NAMED_MAX) this.#named[kind].add(documents[kind]);
    }
  }

  #move(from: string, to: string): void {
    if (from === to && from !== OTHER_MOVES.from) return;
    const known = this.#moves.get(`${from} ${to}`);
    if (known === undefined && this.#moves.size === MOVES_MAX && from !== OTHER_MOVES.from) {
      this.#move(OTHER_MOVES.from, OTHER_MOVES.to);
      return;
    }
    this.#moves.set(`${from} ${to}`, { from, to, count: (known?.count ?? 0) + 1 });
  }
}

function changeOf(recorded: Decision, replayed: Decision): Change {
  const [from, to] = [choiceOf(recorded), choiceOf(replayed)];
  const [before, after] = [costOf(recorded), costOf(replayed)];
  const refusal = from === to ? null : to === "refused" ? "gained" : from === "refused" ? "lost" : null;
  const costDelta = before === null || after === null ? null : after - before;
  return { changed: true, moved: from !== to, refusal, costDelta };
}

/** Where a decision sends its request. */
function choiceOf({ action }: Decision): string {
  if (action.kind === "refuse") return "refused";
  return action.kind === "serve-cached" ? "cached" : (action.plan[0] ?? "refused");
}

/** What the first choice was estimated to cost; a refusal and a cached answer cost nothing. */
function costOf(decision: Decision): bigint | null {
  const choice = choiceOf(decision);
  if (choice === "refused" || choice === "cached") return 0n;
  const cost = decision.ranked.find(({ endpoint }) => endpoint === choice)?.costPicoUsd ?? null;
  return cost === null ? null : BigInt(cost);
}
