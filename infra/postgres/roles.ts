import { withClient } from "./with-client.ts";

export const DATABASE = "signalbox";
const OWNER_ROLE = "signalbox_owner";

/** The role that each service's connections use. What it may do with a table stands in the migration of that table. */
const SERVICE_ROLES = {
  ingress: "signalbox_ingress",
  cache: "signalbox_cache",
  policy: "signalbox_policy",
  "audit-ledger": "signalbox_ledger",
} as const;

export type DatabaseService = keyof typeof SERVICE_ROLES;

export type RoleName = "owner" | DatabaseService;

/** The password of each role. They hold no character that a URL or an SQL literal would have to escape. */
export type RolePasswords = Readonly<Record<RoleName, string>>;

/** The roles by the name that the rest of the code uses. */
export const ROLES: Readonly<Record<RoleName, string>> = { owner: OWNER_ROLE, ...SERVICE_ROLES };

/** Creates the roles and sets their passwords; safe to repeat at every start. */
export async function ensureRoles(superUrl: string, passwords: RolePasswords): Promise<void> {
  await withClient(superUrl, async (client) => {
    for (const [name, role] of Object.entries(ROLES)) {
      const password = client.escapeLiteral(passwords[name as RoleName]);
      const { rowCount } = await client.query("select 1 from pg_roles where rolname = $1", [role]);
      const verb = rowCount === 0 ? "create" : "alter";
      await client.query(
        `${verb} role ${role} login nosuperuser nocreatedb nocreaterole noreplication noinherit password ${password}`,
      );
    }
  });
}

/**
 * Creates a database that the owner's role owns and the services' roles may enter; each of them sees only what a
 * migration grants.
 */
export async function ensureDatabase(superUrl: string, name: string = DATABASE, template = "template0"): Promise<void> {
  await withClient(superUrl, async (client) => {
    const { rowCount } = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (rowCount === 0) await client.query(`create database ${name} owner ${OWNER_ROLE} template ${template}`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`grant connect on database ${name} to ${Object.values(SERVICE_ROLES).join(", ")}`);
  });
  await withClient(withDatabase(superUrl, name), async (client) => {
    await client.query(`alter schema public owner to ${OWNER_ROLE}`);
    await client.query("revoke all on schema public from public");
    await client.query(`grant usage on schema public to ${Object.values(SERVICE_ROLES).join(", ")}`);
  });
}

/** The URL of one role for one database of the server that `superUrl` names. */
export function urlForRole(options: {
  superUrl: string;
  role: RoleName;
  passwords: RolePasswords;
  database?: string;
}): string {
  const url = new URL(options.superUrl);
  url.username = ROLES[options.role];
  url.password = options.passwords[options.role];
  url.pathname = `/${options.database ?? DATABASE}`;
  return url.href;
}

function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}
