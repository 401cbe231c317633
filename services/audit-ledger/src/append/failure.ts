/** SQLSTATE classes that speak of the data and not of the server: data exception, integrity, limit exceeded. */
const DATA_CLASSES = new Set(["22", "23", "54"]);

/**
 * Whether an event of the batch is at fault rather than the database: tried again, it would fail again. Whatever else
 * goes wrong is an outage, after which everything is tried again.
 */
export function isPoison(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && code.length === 5 && DATA_CLASSES.has(code.slice(0, 2));
}
