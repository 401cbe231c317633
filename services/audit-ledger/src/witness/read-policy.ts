import { readFileSync } from "node:fs";
import { parsePolicy, policyText, type Policy } from "@signalbox/tlog";

/** A policy as its file says it, with the file's own bytes for others to read. */
type WitnessPolicy = { readonly policy: Policy; readonly bytes: Buffer };

/** Null without a file. Throws with the line that is wrong: a log that was to be witnessed must not start without. */
export function readPolicy(file: string | null): WitnessPolicy | null {
  if (file === null) return null;
  const bytes = readFileSync(file);
  const parsed = parsePolicy(policyText(bytes));
  if (!parsed.ok) throw new Error(`${file}, line ${parsed.line}: ${parsed.reason}`);
  return { policy: parsed.policy, bytes };
}
