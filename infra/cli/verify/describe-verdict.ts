import type { CheckedDocuments, CheckedLogKeys, Fault } from "@signalbox/tlog";
import type { CopyReplay } from "./replay-copy.ts";
import { printable } from "../format/table.ts";
import type { SourceVerdict } from "./verify-source.ts";

/** The verdict in sentences. Names and reasons hold what strangers wrote, which must not write lines of its own. */
export function describeVerdict(result: SourceVerdict): string {
  const { verdict } = result;
  if (verdict.kind === "sound") return soundLines(result).map(printable).join("\n");
  return describeFault(verdict);
}

/** What is wrong with a log, in one line. */
export function describeFault({ kind, index, reason }: Fault): string {
  if (kind === "tampered") return printable(`TAMPERED${index === null ? "" : ` at index ${index}`}: ${reason}`);
  return printable(`could not verify${index === null ? "" : ` from index ${index} on`}: ${reason}`);
}

function soundLines(result: SourceVerdict): string[] {
  switch (result.what) {
    case "log":
      return logLines(result);
    case "receipt":
      return receiptLines(result);
    default:
      return proofLines(result);
  }
}

function proofLines({ verdict }: SourceVerdict & { what: "proof" }): string[] {
  if (verdict.kind !== "sound") return [];
  const { index, size, origin } = verdict;
  return [`sound: the entry stands at index ${index} of ${origin}, under a checkpoint over ${size} leaves`];
}

function logLines(result: SourceVerdict & { what: "log" }): string[] {
  const { verdict, producersFrom, replay, unchecked } = result;
  if (verdict.kind !== "sound") return [];
  const { size, origin, rootHex, entries, ours, since } = verdict;
  const signed =
    producersFrom === null
      ? "were hashed alone"
      : `${ours} of them of ours, signed by producers' keys from ${producersFrom}`;
  return [
    `sound: ${size} leaves of ${origin}`,
    `root       ${rootHex}, as the checkpoint signs it`,
    `entries    ${entries} read, ${signed}`,
    ...keyLines(verdict.keys),
    ...documentLines(verdict.documents),
    `witnesses  ${namesOf(verdict.witnesses)}`,
    ...(since === null ? [] : [`since      the first ${since} leaves are those of the older checkpoint`]),
    ...(replay === null ? [] : replayLines(replay)),
    ...unchecked.map(uncheckedLine),
  ];
}

function keyLines(keys: CheckedLogKeys | null): string[] {
  return keys === null || keys.proven === 0
    ? []
    : [`keys       ${keys.proven} lines of vkeys are as the log has signed`];
}

function uncheckedLine(what: string): string {
  return `unchecked  ${what}`;
}

function documentLines(documents: CheckedDocuments | null): string[] {
  if (documents === null || documents.sound + documents.missing === 0) return [];
  const { sound, missing, firstMissing } = documents;
  const unlisted = missing - firstMissing.length;
  return [
    `documents  ${sound} as their digests say${missing === 0 ? "" : `, ${missing} not there: these decisions cannot be replayed`}`,
    ...firstMissing.map(({ kind, digest, index }) => `missing    the ${kind} ${digest}, named at index ${index}`),
    ...(unlisted === 0 ? [] : [`and ${unlisted} more that are missing`]),
  ];
}

function replayLines({ replayed, identical, different, failed }: CopyReplay): string[] {
  const unlisted = replayed - identical - different.length - failed.length;
  return [
    `replayed   ${identical} of ${replayed} decisions identical`,
    ...different.map(
      ({ index, decisionId, reason }) => `DIFFERS at index ${index}: decision ${decisionId} in ${reason}`,
    ),
    ...failed.map(
      ({ index, decisionId, reason }) => `not replayed at index ${index}: decision ${decisionId}: ${reason}`,
    ),
    ...(unlisted === 0 ? [] : [`and ${unlisted} more that differ or were not replayed`]),
  ];
}

function receiptLines(result: SourceVerdict & { what: "receipt" }): string[] {
  const { verdict, producersFrom, unchecked } = result;
  if (verdict.kind !== "sound") return [];
  const { decisionId, requestId, decisionIndex, outcomeIndex, executedDecisionId, origin, size } = verdict;
  const executed = executedDecisionId === null ? "no decision" : `decision ${executedDecisionId}`;
  const ofOther = executedDecisionId === decisionId ? "" : `: ${executed} was executed, and not this one`;
  return [
    `sound: decision ${decisionId} of request ${requestId} stands at index ${decisionIndex} of ${origin}`,
    outcomeIndex === null ? "outcome    none in this receipt" : `outcome    at index ${outcomeIndex}${ofOther}`,
    `checkpoint over ${size} leaves; producers' keys from ${producersFrom}`,
    `witnesses  ${namesOf(verdict.witnesses)}`,
    ...unchecked.map(uncheckedLine),
  ];
}

function namesOf(witnesses: readonly string[]): string {
  return witnesses.length === 0 ? "none asked for or known" : witnesses.join(", ");
}
