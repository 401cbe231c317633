export { openPostgresStore } from "./append/postgres-store.ts";
export { OtherHistoryError, restoreLeaves, type Restored } from "./append/restore-leaves.ts";
