/** A byte order mark is a character like any other: it belongs to what was signed. */
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The text of UTF-8 bytes; null when they are not UTF-8. Never replaces what it cannot read: two files that differ must
 * not become one text.
 */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return DECODER.decode(bytes);
  } catch {
    return null;
  }
}
