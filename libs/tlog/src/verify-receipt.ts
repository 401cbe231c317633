import type { DecisionReceipt, ProvenEntry } from "./decision-receipt.ts";
import type { EntryChecker } from "./entry-checker.ts";
import { tampered, unverifiable, type Fault } from "./fault.ts";
import { verifyLogProof, type LogProofVerdict } from "./log-proof.ts";
import { namedDocuments, type DocumentName } from "./named-documents.ts";
import type { Policy } from "./policy.ts";
import { refusedCheckpoint } from "./refused-checkpoint.ts";

type SoundReceipt = {
  readonly kind: "sound";
  readonly origin: string;
  /** The size of the log that the checkpoint covers. */
  readonly size: number;
  readonly decisionIndex: number;
  readonly outcomeIndex: number | null;
  readonly decisionId: string;
  readonly requestId: string;
  /** The decision that the outcome is of: another one, where this one was not executed; null without any. */
  readonly executedDecisionId: string | null;
  readonly witnesses: readonly string[];
};

export type ReceiptVerdict = SoundReceipt | Fault;

type VerifyReceiptOptions = {
  readonly policy: Policy;
  readonly checker: EntryChecker;
  /** The payload types of the two events. */
  readonly types: { readonly decision: string; readonly outcome: string };
};

/**
 * Checks a receipt: both entries stand in the log under a checkpoint that the policy accepts, their producers signed
 * them, the outcome is of that request, and the documents are those that the decision names.
 */
export function verifyReceipt(receipt: DecisionReceipt, options: VerifyReceiptOptions): ReceiptVerdict {
  const { decision, outcome } = receipt;
  const proven = verifyLogProof(
    { ...decision, checkpoint: receipt.checkpoint, extra: null },
    decision.entry,
    options.policy,
  );
  if (!proven.ok) return proofFault(proven.reason, decision.index);
  const event = readEvent(decision, options.types.decision, options.checker);
  if ("kind" in event) return event;
  const ended = readOutcome(receipt, event, options);
  if (ended !== null && "kind" in ended) return ended;
  const fault = documentFault(receipt, event);
  if (fault !== null) return fault;
  const { decisionId, requestId } = event.fields;
  if (typeof decisionId !== "string" || typeof requestId !== "string") {
    return tampered(decision.index, "the decision or its request has no id");
  }
  const executed = ended?.fields["decisionId"];
  return {
    kind: "sound",
    origin: proven.log,
    size: proven.checkpoint.size,
    decisionIndex: decision.index,
    outcomeIndex: outcome?.index ?? null,
    decisionId,
    requestId,
    executedDecisionId: typeof executed === "string" ? executed : null,
    witnesses: proven.witnesses.map(({ name }) => name),
  };
}

/** What it says of the log that `verifyLogProof` refuses the proof of the entry at this index. */
export function proofFault(reason: (LogProofVerdict & { ok: false })["reason"], index: number): Fault {
  if (reason !== "not-included") return refusedCheckpoint(reason);
  return tampered(index, "the path does not lead from this entry to the checkpoint's root");
}

type Event = { readonly fields: Record<string, unknown> };

function readEvent({ index, entry }: ProvenEntry, type: string, checker: EntryChecker): Event | Fault {
  const check = checker.check(index, entry);
  if (check.kind === "faulty") return tampered(index, check.reason);
  if (check.kind === "keyless") return unverifiable(index, "no producer's key is at hand");
  if (check.kind === "foreign" || check.payloadType !== type)
    return tampered(index, "it is not the kind of event that it stands for");
  return { fields: JSON.parse(Buffer.from(check.payload).toString("utf8")) as Record<string, unknown> };
}

function readOutcome(receipt: DecisionReceipt, decision: Event, options: VerifyReceiptOptions): Event | Fault | null {
  const { outcome, checkpoint } = receipt;
  if (outcome === null) return null;
  const proven = verifyLogProof({ ...outcome, checkpoint, extra: null }, outcome.entry, options.policy);
  if (!proven.ok) return proofFault(proven.reason, outcome.index);
  const event = readEvent(outcome, options.types.outcome, options.checker);
  if ("kind" in event) return event;
  const same = event.fields["requestId"] === decision.fields["requestId"];
  return same ? event : tampered(outcome.index, "the outcome is of another request");
}

function documentFault({ decision, documents }: DecisionReceipt, { fields }: Event): Fault | null {
  const named = namedDocuments(fields).map(textOf);
  const listed = documents.map(textOf);
  const missing = named.find((one) => !listed.includes(one));
  if (missing !== undefined) return tampered(decision.index, `the receipt leaves out the ${missing}`);
  const more = listed.find((one) => !named.includes(one));
  return more === undefined ? null : tampered(decision.index, `the decision does not name the ${more}`);
}

function textOf({ kind, digest }: DocumentName): string {
  return `${kind} ${digest}`;
}
