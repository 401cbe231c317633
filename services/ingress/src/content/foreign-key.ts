/** https://www.postgresql.org/docs/17/errcodes-appendix.html */
const FOREIGN_KEY_VIOLATION = "23503";

/** The row that another one names is gone. */
export function isForeignKeyViolation(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === FOREIGN_KEY_VIOLATION;
}
