import type { Classification, DecisionEvent, DecisionInput } from "@signalbox/proto";
import { SignalboxError } from "@signalbox/proto/errors";
import { parseEnvelope } from "@signalbox/tlog";
import type { OtherDocuments } from "./replay-messages.ts";
import { readSignedDecision, renameDocuments, type SignedDecision } from "./signed-decision.ts";

/** A decision as it is in the register, with what it is to be made from again. */
export type RecordedDecision = {
  readonly inputJson: string;
  readonly names: DecisionInput["documents"];
  /** Null: its bytes are spelled in a way that only a parser reads. */
  readonly signed: SignedDecision | null;
  /** All of it. Throws for a leaf that holds no decision. */
  readonly event: () => DecisionEvent;
};

/**
 * Cuts a decision from its leaf where that can be done, because most never have to be parsed. Throws for a leaf that
 * holds none.
 */
export function readRecordedDecision(leaf: string, others: OtherDocuments): RecordedDecision {
  const signed = readSignedDecision(leaf);
  if (signed === null) return parsedDecision(parseEvent(leaf), others);
  const event = (): DecisionEvent => parseEvent(leaf);
  if (Object.keys(others).length === 0) return { inputJson: signed.inputJson, names: signed.documents, signed, event };
  const names = { ...signed.documents, ...others };
  return { inputJson: renameDocuments(signed, names), names, signed, event };
}

/** The same as if its request had been classified otherwise. */
export function reclassifiedDecision(
  leaf: string,
  others: OtherDocuments,
  classification: Classification,
): RecordedDecision {
  const event = parseEvent(leaf);
  const { inputJson, names } = parsedDecision({ ...event, input: { ...event.input, classification } }, others);
  return { inputJson, names, signed: null, event: () => event };
}

export function parsedDecision(event: DecisionEvent, others: OtherDocuments): RecordedDecision {
  const names = { ...event.input.documents, ...others };
  return { inputJson: JSON.stringify({ ...event.input, documents: names }), names, signed: null, event: () => event };
}

function parseEvent(leaf: string): DecisionEvent {
  const payload = parseEnvelope(Buffer.from(leaf))?.payload;
  if (payload === undefined) throw new SignalboxError("unprocessable", "The leaf is not an envelope.");
  return JSON.parse(Buffer.from(payload).toString("utf8")) as DecisionEvent;
}
