export type { KeyDatabase } from "./key-database.ts";
export { createKey } from "./key-store.ts";
export { hashKey, readPepper } from "./secret-key.ts";
