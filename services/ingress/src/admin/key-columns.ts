import type { Operation, Role } from "@signalbox/proto";
import { type RawBuilder, sql } from "kysely";
import type { AdminKey, KeySettings } from "./key-forms.ts";

/** The columns of `virtual_key` that may be shown: never a hash. */
export type KeyRow = {
  id: string;
  tenant: string;
  name: string;
  role: Role;
  team: string | null;
  project: string | null;
  user_id: string | null;
  service_account: string | null;
  models: string[] | null;
  routes: string[] | null;
  endpoints: string[] | null;
  regions: string[] | null;
  operations: Operation[] | null;
  networks: string[] | null;
  lifetime_seconds: number | null;
  renewable_until: Date | null;
  secret_since: Date;
  previous_until: Date | null;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
};

export const SHOWN_COLUMNS = sql`
  id, tenant, name, role, team, project, user_id, service_account, models, routes, endpoints, regions, operations, networks,
  lifetime_seconds, renewable_until, secret_since, previous_until, created_at, expires_at, revoked_at, last_used_at`;

/** The settings of a key that have a column each. */
const SETTING_COLUMNS = [
  ["team", "team"],
  ["project", "project"],
  ["user", "user_id"],
  ["serviceAccount", "service_account"],
  ["models", "models"],
  ["routes", "routes"],
  ["endpoints", "endpoints"],
  ["regions", "regions"],
  ["operations", "operations"],
  ["networks", "networks"],
] as const satisfies readonly (readonly [keyof KeySettings, keyof KeyRow])[];

type Setting = { readonly column: RawBuilder<unknown>; readonly value: RawBuilder<unknown> };

/** The columns of the settings that are given, with their values; null removes one. */
export function settingColumns(settings: Partial<KeySettings>): Setting[] {
  return SETTING_COLUMNS.filter(([name]) => settings[name] !== undefined).map(([name, column]) => ({
    column: sql.ref(column),
    value: sql`${settings[name] ?? null}`,
  }));
}

/** A key as the API shows it, but for its budget and limits. */
export function shownKey(row: KeyRow): Omit<AdminKey, "budget" | "limits"> {
  return {
    object: "key",
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    role: row.role,
    team: row.team,
    project: row.project,
    user: row.user_id,
    serviceAccount: row.service_account,
    models: row.models,
    routes: row.routes,
    endpoints: row.endpoints,
    regions: row.regions,
    operations: row.operations,
    networks: row.networks,
    lifetimeSeconds: row.lifetime_seconds,
    renewableUntil: row.renewable_until?.toISOString() ?? null,
    secretSince: row.secret_since.toISOString(),
    previousSecretUntil: row.previous_until?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  };
}
