import {
  AdminEvent,
  DecisionEvent,
  ErasureEvent,
  type EventType,
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
  return printable(`${head}  ${DESCRIBE.get(entry.type)?.(entry.event) ?? entry.requestId ?? ""}`);
}

type Describe = (event: unknown) => string | null;

const DESCRIBE: ReadonlyMap<string, Describe> = new Map<EventType, Describe>(
  Object.entries({
    decision: telling(DecisionEvent, describeDecision),
    outcome: telling(OutcomeEvent, describeOutcome),
    superseded: telling(SupersededEvent, ({ decisionId, by }) => `${decisionId}  by ${by ?? "no decision"}`),
    feedback: telling(FeedbackEvent, (event) => `${event.decisionId}  ${describeOpinion(event)} by ${event.keyId}`),
    key: telling(KeyEvent, ({ role, name, keyId, change, by }) => `${role} ${name}  key ${keyId} ${change} by ${by}`),
    admin: telling(AdminEvent, (event) => `${event.object} ${event.id} ${changeOf(event)} by ${event.by}`),
    erasure: telling(ErasureEvent, describeErasure),
    replay: telling(ReplayEvent, describeReplay),
    gap: telling(GapEvent, describeGap),
  } satisfies Record<EventType, Describe>) as [EventType, Describe][],
);

/** Says nothing of an event that is not as this version has it. */
function telling<T>(contract: z.ZodType<T>, describe: (event: T) => string): Describe {
  return (event) => {
    const parsed = contract.safeParse(event);
    return parsed.success ? describe(parsed.data) : null;
  };
}

function describeReplay({ jobId, kind, state, different, replayed }: ReplayEvent): string {
  return `${jobId}  ${kind} ${state}, ${different} of ${replayed} differ`;
}

function describeGap({ service, instance, missing }: GapEvent): string {
  const numbers = missing.map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  return `${service} ${instance}  missing: ${numbers.join(", ")}`;
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
