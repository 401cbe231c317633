import type { Finding } from "../finding.ts";
import { PlaceholderMint, replaceFindings, type Redaction } from "./redaction.ts";

/** Puts placeholders in the place of findings; `restore` gives the very same text back. */
export function redactText(text: string, findings: readonly Finding[]): { text: string; redaction: Redaction } {
  const mint = new PlaceholderMint([text]);
  return { text: replaceFindings(text, findings, mint), redaction: mint.redaction };
}
