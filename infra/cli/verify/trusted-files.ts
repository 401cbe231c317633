import { decodeUtf8, parseLogKeys, parsePolicy, type Policy, policyText, type Producer } from "@signalbox/tlog";
import { failure } from "../failure.ts";
import { readGivenFile } from "./source-files.ts";

/** Whom to trust as a log and its witnesses. Throws `invalid-request` unless it is said once. */
export function readPolicy({ policy, vkey }: { policy?: string; vkey?: string }): Policy {
  if (policy === undefined && vkey === undefined) {
    throw failure(
      "invalid-request",
      "Whom to trust is not said.",
      "Give --policy FILE (C2SP tlog-policy, at least `log <vkey>` and `quorum none`) or --vkey VKEY.",
    );
  }
  if (policy !== undefined && vkey !== undefined) {
    throw failure("invalid-request", "Whom to trust is said twice.", "Give --policy or --vkey.");
  }
  const text = policy === undefined ? `log ${vkey}\nquorum none\n` : policyText(readGivenFile(policy));
  const parsed = parsePolicy(text);
  if (parsed.ok) return parsed.policy;
  const where = policy === undefined ? "--vkey" : `${policy}, line ${parsed.line}`;
  throw failure(
    "invalid-request",
    `The policy cannot be read: ${where}: ${parsed.reason}.`,
    "See c2sp.org/tlog-policy.",
  );
}

/** Whom to trust as producers, from a file of their keys. */
export function readProducersFile(file: string): ReadonlyMap<string, Producer> {
  const keys = parseLogKeys(readText(file));
  if (keys !== null && keys.producers.size > 0) return keys.producers;
  throw failure(
    "invalid-request",
    `${file} names no producer.`,
    "Its lines are `producer <vkey>`, like those of the log's /vkeys.",
  );
}

export function readText(file: string): string {
  const text = decodeUtf8(readGivenFile(file));
  if (text !== null) return text;
  throw failure("invalid-request", `${file} is not UTF-8.`, "Name the file as it was received, byte for byte.");
}
