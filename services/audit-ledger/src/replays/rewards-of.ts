import type { EvaluationOrder, FeedbackEvent, OutcomeEvent } from "@signalbox/proto";
import { parseEnvelope } from "@signalbox/tlog";
import { sql, type Kysely } from "kysely";
import type { Database } from "../database.ts";
import type { LeafRow } from "../read/leaf-rows.ts";
import type { Reward } from "./replay-messages.ts";

const PICO_USD_PER_USD = 1e12;
const MICRO = 1e6;
const US_PER_MS = 1e3;

type Said = Pick<OutcomeEvent, "result" | "costPicoUsd" | "timing" | "decisionId">;

type RewardsQuery = {
  readonly reward: EvaluationOrder["reward"];
  /** What stands at this index or above it is not looked at. */
  readonly below: number;
};

/** The rewards of some decisions, in their order, from their requests' outcomes and what was said of them. */
export async function rewardsOf(
  db: Kysely<Database>,
  decisions: readonly Pick<LeafRow, "request_id" | "decision_id">[],
  { reward, below }: RewardsQuery,
): Promise<Reward[]> {
  const requestIds = decisions.flatMap(({ request_id: id }) => (id === null ? [] : [id]));
  const rows = await db
    .selectFrom("ledger_leaf")
    .select(["type", "leaf"])
    .where(sql<boolean>`request_id = any (${requestIds}::uuid[])`)
    .where("type", "in", ["outcome", "feedback"])
    .where("idx", "<", String(below))
    .orderBy("idx")
    .execute();
  const rewards = new Map<string, Reward>();
  for (const { type, leaf } of rows) {
    if (type !== "outcome") continue;
    const outcome = eventOf(leaf) as Said;
    if (outcome.decisionId !== null) rewards.set(outcome.decisionId, rewardOf(outcome, reward));
  }
  for (const { type, leaf } of reward === "feedback" ? rows : []) {
    if (type !== "feedback") continue;
    const { decisionId, score, good } = eventOf(leaf) as FeedbackEvent;
    if (rewards.has(decisionId)) rewards.set(decisionId, opinionOf({ score, good }));
  }
  return decisions.map(({ decision_id: id }) => rewards.get(id ?? "") ?? "not-executed");
}

function rewardOf({ result, costPicoUsd, timing }: Said, reward: EvaluationOrder["reward"]): Reward {
  const ended = result === "completed" || result === "failed";
  if (!ended || reward === "feedback") return "unknown";
  if (reward === "success") return result === "completed" ? 1 : 0;
  if (reward === "cost") return costPicoUsd === null ? "unknown" : Number(costPicoUsd) / PICO_USD_PER_USD;
  return result === "completed" ? timing.totalUs / US_PER_MS : "unknown";
}

/** A score says more than a yes or no. */
function opinionOf({ score, good }: Pick<FeedbackEvent, "score" | "good">): Reward {
  if (score !== null) return score / MICRO;
  return good === null ? "unknown" : Number(good);
}

function eventOf(leaf: Buffer): unknown {
  return JSON.parse(Buffer.from(parseEnvelope(leaf)?.payload ?? []).toString("utf8"));
}
