/** The bytes of a header's value, by its type; null: it says its own length. Booleans are their type. */
const VALUE_BYTES: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const TEXT = 7;

/** The headers of a message that are text, by their names; null when they cannot be read. */
export function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> | null {
  const decoder = new TextDecoder();
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes[at]!;
    const type = bytes[nameEnd];
    if (type === undefined) return null;
    const fixed = VALUE_BYTES[type];
    if (fixed === undefined) return null;
    const start = nameEnd + (fixed === null ? 3 : 1);
    const length = fixed ?? (bytes[nameEnd + 1] ?? 0) * 256 + (bytes[nameEnd + 2] ?? 0);
    if (start + length > bytes.length) return null;
    if (type === TEXT) {
      const name = decoder.decode(bytes.subarray(at + 1, nameEnd));
      headers.set(name, decoder.decode(bytes.subarray(start, start + length)));
    }
    at = start + length;
  }
  return headers;
}
