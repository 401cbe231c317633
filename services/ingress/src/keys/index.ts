export type { KeyDatabase } from "./key-database.ts";
export { createKey, listKeys, revokeKey, type VirtualKey } from "./key-store.ts";
export { hashKey, readPepper } from "./secret-key.ts";
