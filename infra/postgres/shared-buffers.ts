const MIB = 2 ** 20;
const MIN_MIB = 128;
/** Holds some millions of the register's newest leaves with their indexes. */
const MAX_MIB = 4_096;

/**
 * PostgreSQL's `shared_buffers` for a machine of so much memory: the quarter that
 * https://www.postgresql.org/docs/current/runtime-config-resource.html advises, within limits. What a proof reads of an
 * old leaf is then still there, and it is taken from the system as it fills, not at the start.
 */
export function sharedBuffers(memoryBytes: number): string {
  return `${Math.floor(Math.min(MAX_MIB, Math.max(MIN_MIB, memoryBytes / 4 / MIB)))}MB`;
}
