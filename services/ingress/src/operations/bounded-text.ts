import type { ClassifyItem } from "@signalbox/proto";

/** The start of a text, as the newest thing that a user said, in at most `maxBytes` of UTF-8. */
export function boundedText(text: string, maxBytes: number): Pick<ClassifyItem["view"], "lastUser" | "truncated"> {
  const bytes = Buffer.from(text.slice(0, maxBytes), "utf8");
  if (bytes.length <= maxBytes && text.length <= maxBytes) return { lastUser: text, truncated: false };
  // What the cut leaves of a character is no character.
  const lastUser = bytes
    .subarray(0, maxBytes)
    .toString("utf8")
    .replace(/\ufffd$/, "");
  return { lastUser, truncated: true };
}
