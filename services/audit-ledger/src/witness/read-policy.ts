import { readFileSync } from "node:fs";
import { parsePolicy, policyText, type Policy } from "@signalbox/tlog";

/** A policy as its file says it, with the file's own text for others to read, who get it in UTF-8. */
type WitnessPolicy = { readonly policy: Policy; readonly text: string };

/** Null without a file. Throws with the line that is wrong: a log that was to be witnessed must not start without. */
export function readPolicy(file: string | null): WitnessPolicy | null {
  if (file === null) return null;
  const text = policyText(readFileSync(file));
  const parsed = parsePolicy(text);
  if (!parsed.ok) throw new Error(`${file}, line ${parsed.line}: ${parsed.reason}`);
  return { policy: parsed.policy, text };
}
