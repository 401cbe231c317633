/** Null for text that is no JSON, which no schema of the ledger takes. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
