import type { ClassifyItem } from "@signalbox/proto";

/** The beginning of a text as a view's `lastUser`, in at most `maxBytes` of UTF-8. */
export function boundedText(text: string, maxBytes: number): Pick<ClassifyItem["view"], "lastUser" | "truncated"> {
  const bytes = Buffer.from(text.slice(0, maxBytes), "utf8");
  if (bytes.length <= maxBytes && text.length <= maxBytes) return { lastUser: text, truncated: false };
  // The cut may leave a part of a character, which decodes to U+FFFD.
  const lastUser = bytes
    .subarray(0, maxBytes)
    .toString("utf8")
    .replace(/\ufffd$/, "");
  return { lastUser, truncated: true };
}
