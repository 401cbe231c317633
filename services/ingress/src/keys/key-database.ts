import type { Role } from "@signalbox/proto";
import type { ColumnType, Generated } from "kysely";

/** The columns of tenants and keys that are queried through Kysely's builder; see `infra/postgres/migrations`. */
export type KeyDatabase = {
  tenant: { id: string; digest_key: Buffer; created_at: Generated<Date> };
  virtual_key: {
    id: string;
    tenant: string;
    name: string;
    role: Role;
    hash: Buffer;
    created_at: Generated<Date>;
    revoked_at: Date | null;
    expires_at: Date | null;
    last_used_at: Date | null;
  };
  virtual_key_revision: { revision: ColumnType<string, never, never> };
};
