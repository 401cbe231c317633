import { decodeUtf8 } from "./utf8.ts";

/**
 * The text of a policy file for `parsePolicy`. C2SP tlog-policy lets names and comments be any bytes: a line that is
 * not UTF-8 is taken byte by byte, so that two names that differ stay two.
 */
export function policyText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== null) return text;
  const lines = Buffer.from(bytes).toString("latin1").split("\n");
  return lines.map((line) => decodeUtf8(Buffer.from(line, "latin1")) ?? line).join("\n");
}
