import type { Kysely } from "kysely";
import { invalidParam } from "../http/invalid-param.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { AdminIdentity, IdentityKind } from "./identity-forms.ts";
import { insertIdentity, readIdentities } from "./identity-store.ts";

/** What a key or an identity belongs to within its tenant. */
export type Place = {
  readonly team: string | null;
  readonly project: string | null;
  readonly user: string | null;
  readonly serviceAccount: string | null;
};

/** The complete place, and the identities that were made because they were named for the first time. */
type Placed = { readonly place: Place; readonly made: readonly AdminIdentity[] };

type Context = { readonly db: Kysely<KeyDatabase>; readonly tenant: string; readonly by: string };

/**
 * Completes a place from what is known of its parts: a user brings the project, a project the team. Throws
 * `invalid-request` where they contradict each other.
 */
export async function placeWithin(asked: Place, context: Context): Promise<Placed> {
  const { user, serviceAccount } = asked;
  if (user !== null && serviceAccount !== null)
    throw invalidParam("serviceAccount", "a key is of a user or of a service account");
  const owner = (await find("user", user, context)) ?? (await find("service-account", serviceAccount, context));
  const project = agreed("project", asked.project, owner?.project);
  const known = await find("project", project, context);
  const team = agreed("team", asked.team, known === undefined ? owner?.team : known.team);
  const place = { team, project, user, serviceAccount };
  const made = [
    ...(await make("team", team, { context, team: null, project: null })),
    ...(await make("project", project, { context, team, project: null })),
    ...(await make("user", user, { context, team, project })),
    ...(await make("service-account", serviceAccount, { context, team, project })),
  ];
  return { place, made };
}

/** The value on which what is asked for and what is known agree, each of which may be null. Throws `invalid-request` where they differ. */
function agreed(name: string, asked: string | null, known: string | null | undefined): string | null {
  if (asked === null || known == null || asked === known) return asked ?? known ?? null;
  throw invalidParam(name, `it belongs to the ${name} '${known}' already`);
}

async function find(
  kind: IdentityKind,
  id: string | null,
  { db, tenant }: Context,
): Promise<AdminIdentity | undefined> {
  return id === null ? undefined : (await readIdentities(db, { tenant, kind, id }))[0];
}

async function make(
  kind: IdentityKind,
  id: string | null,
  { context: { db, tenant, by }, team, project }: { context: Context; team: string | null; project: string | null },
): Promise<AdminIdentity[]> {
  if (id === null) return [];
  const made = await insertIdentity(db, { tenant, kind, id, name: id, team, project, by });
  return made === undefined ? [] : [made];
}
