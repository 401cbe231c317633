export type { KeyDatabase } from "./key-database.ts";
export { createKey, revokeKey } from "./key-store.ts";
export { hashKey, readPepper } from "./secret-key.ts";
