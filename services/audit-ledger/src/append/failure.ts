/**
 * SQLSTATEs that speak of the data: a data exception, a value that is missing or breaks a check, a limit exceeded. A
 * unique violation (23505) is none of them: the head's lock rules it out, so it means that the head is not the log's.
 */
const DATA_STATES = /^(?:22...|23502|23514|54...)$/;

/**
 * Whether an event of the batch is at fault rather than the database: tried again, it would fail again. Whatever else
 * goes wrong is an outage, after which everything is tried again.
 */
export function isPoison(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && DATA_STATES.test(code);
}
