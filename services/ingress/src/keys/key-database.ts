import type { ColumnType, Generated } from "kysely";

export const KEY_ROLES = ["member", "admin"] as const;
/** member: its own tenant's requests and records. admin: all tenants' records, and the keys. */
export type KeyRole = (typeof KEY_ROLES)[number];

/** The tables of tenants and keys, as migrations 0001 and 0005 in `infra/postgres/migrations` make them. */
export type KeyDatabase = {
  tenant: { id: string; digest_key: Buffer; created_at: Generated<Date> };
  virtual_key: {
    id: string;
    tenant: string;
    name: string;
    role: KeyRole;
    hash: Buffer;
    created_at: Generated<Date>;
    revoked_at: Date | null;
    expires_at: Date | null;
    last_used_at: Date | null;
  };
  virtual_key_revision: { revision: ColumnType<string, never, never> };
};
