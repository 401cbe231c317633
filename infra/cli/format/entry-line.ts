import {
  AdminEvent,
  DecisionEvent,
  ErasureEvent,
  FeedbackEvent,
  GapEvent,
  KeyEvent,
  OutcomeEvent,
  ReplayEvent,
  SupersededEvent,
} from "@signalbox/proto";
import { z } from "zod";
import { chosenEndpoint } from "../decision-record.ts";
import type { TailedEntry } from "../tail-events.ts";
import { formatTime, resultOf } from "./decision-rows.ts";
import { formatMicros } from "./duration.ts";
import { formatPicoUsd } from "./money.ts";
import { printable } from "./table.ts";

const TYPE_WIDTH = "superseded".length;
const INDEX_WIDTH = 7;

/** One line for one entry of the register; an entry of a type that is not known here keeps its head. */
export function formatEntry(entry: TailedEntry): string {
  const { atMs } = z.looseObject({ atMs: z.int() }).parse(entry.event);
  const head = `${String(entry.index).padStart(INDEX_WIDTH)}  ${formatTime(atMs)}  ${entry.type.padEnd(TYPE_WIDTH)}`;
  return printable(`${head}  ${describe(entry.event) ?? entry.requestId ?? ""}`);
}

function describe(event: unknown): string | null {
  const decision = DecisionEvent.safeParse(event);
  if (decision.success) return describeDecision(decision.data);
  const outcome = OutcomeEvent.safeParse(event);
  if (outcome.success) return describeOutcome(outcome.data);
  const superseded = SupersededEvent.safeParse(event);
  if (superseded.success) return `${superseded.data.decisionId}  by ${superseded.data.by ?? "no decision"}`;
  const feedback = FeedbackEvent.safeParse(event).data;
  if (feedback !== undefined) return `${feedback.decisionId}  ${describeOpinion(feedback)} by ${feedback.keyId}`;
  return describeSystem(event);
}

function describeSystem(event: unknown): string | null {
  const key = KeyEvent.safeParse(event).data;
  if (key !== undefined) return `${key.role} ${key.name}  key ${key.keyId} ${key.change} by ${key.by}`;
  const admin = AdminEvent.safeParse(event).data;
  if (admin !== undefined) return `${admin.object} ${admin.id} ${changeOf(admin)} by ${admin.by}`;
  const erasure = ErasureEvent.safeParse(event).data;
  if (erasure !== undefined) return describeErasure(erasure);
  const replay = ReplayEvent.safeParse(event).data;
  if (replay !== undefined)
    return `${replay.jobId}  ${replay.kind} ${replay.state}, ${replay.different} of ${replay.replayed} differ`;
  const gap = GapEvent.safeParse(event).data;
  if (gap === undefined) return null;
  const numbers = gap.missing.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return `${gap.service} ${gap.instance}  missing: ${numbers.join(", ")}`;
}

/** The register has one word for all that ends; only of a key is it the one that the operator used. */
function changeOf({ object, change }: AdminEvent): string {
  if (change !== "revoked" || object === "virtual-key") return change;
  return object === "budget" ? "deleted" : "disabled";
}

function describeErasure({ erased, labels = 0, of, by }: ErasureEvent): string {
  return `content of ${erased} and labels of ${labels} of ${of} erased by ${by}`;
}

function describeDecision(event: DecisionEvent): string {
  const chosen = chosenEndpoint({ index: 0, decision: event, outcome: null }) ?? "refused";
  return `${event.decisionId}  ${event.input.facts.model} → ${chosen} (${event.decision.reason})`;
}

function describeOpinion({ score, good }: FeedbackEvent): string {
  if (score !== null) return `score ${score / 1_000_000}`;
  return good === true ? "good" : "not good";
}

function describeOutcome(event: OutcomeEvent): string {
  const tokens = `${event.usage.inputTokens}+${event.usage.outputTokens} tokens`;
  const parts = [
    resultOf(event),
    event.endpoint,
    tokens,
    formatPicoUsd(event.costPicoUsd),
    formatMicros(event.timing.totalUs),
  ];
  return `${event.decisionId ?? event.requestId}  ${parts.filter((part) => part !== null).join(" · ")}`;
}
