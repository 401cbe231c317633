import type { UnsignedAdminEvent } from "@signalbox/kit/admin-outbox";
import { SignalboxError } from "@signalbox/proto";
import { idParam } from "../http/id-param.ts";
import { invalidParam } from "../http/invalid-param.ts";
import { parseInput } from "../http/parse-input.ts";
import { readInput } from "../http/read-input.ts";
import { actorOf } from "../identity/actor.ts";
import { meantTenant } from "../identity/reach.ts";
import { ensureTenant } from "../keys/ensure-tenant.ts";
import type { AdminContext } from "./admin-context.ts";
import { adminEventOf } from "./admin-event.ts";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "./admin-route.ts";
import {
  AdminIdentity,
  IDENTITY_KINDS,
  IDENTITY_PATHS,
  IdentityChange,
  type IdentityKind,
  IdentityList,
  IdentityQuery,
  NewIdentity,
} from "./identity-forms.ts";
import { insertIdentity, readIdentities, updateIdentity } from "./identity-store.ts";
import { placeWithin } from "./place-key.ts";

/** Teams, projects, users and service accounts of tenants. */
export function adminIdentityRoutes(context: AdminContext): AdminRoute[] {
  return IDENTITY_KINDS.flatMap((kind) => [
    listRoute(kind, context),
    makeRoute(kind, context),
    changeRoute(kind, context),
  ]);
}

function listRoute(kind: IdentityKind, { db }: AdminContext): AdminRoute {
  const summary = `The ${IDENTITY_PATHS[kind]} of a tenant.`;
  return {
    method: "GET",
    path: pathOf(kind),
    access: "read-settings",
    doc: { summary, status: 200, query: IdentityQuery, answer: IdentityList },
    async handle({ request, principal }) {
      const tenant = meantTenant(principal, parseInput(IdentityQuery, request.query).tenant);
      return { object: "list", data: await readIdentities(db, { tenant, kind }) };
    },
  };
}

function makeRoute(kind: IdentityKind, { changes, log }: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: pathOf(kind),
    access: "manage-identities",
    doc: { summary: `Makes a ${kind}.`, status: 201, body: NewIdentity, answer: AdminIdentity },
    async handle({ request, reply, principal }) {
      const body = await readInput(request.raw, NewIdentity, BODY_LIMITS);
      const { id, name = id } = body;
      const tenant = meantTenant(principal, body.tenant);
      const by = actorOf(principal);
      const within = withinOf(kind, body, NOWHERE);
      const made = await changes.carryOut(async (transaction, note) => {
        await ensureTenant(transaction, tenant);
        const placed = await placeWithin({ ...within, ...NOBODY }, { db: transaction, tenant, by });
        const { team, project } = placed.place;
        const own = await insertIdentity(transaction, { tenant, kind, id, name, team, project, by });
        if (own === undefined) throw invalidParam("id", `there is a ${kind} of this id already; PATCH changes it`);
        for (const after of [...placed.made, own]) await note(madeEventOf(after, by));
        return own;
      });
      log.info({ tenant, kind, id, by }, "an identity was made");
      reply.code(201);
      return made;
    },
  };
}

function changeRoute(kind: IdentityKind, { changes, log }: AdminContext): AdminRoute {
  const summary = `Changes the fields given of a ${kind}; while it is disabled, its keys and tokens are refused.`;
  return {
    method: "PATCH",
    path: `${pathOf(kind)}/:id`,
    access: "manage-identities",
    doc: { summary, status: 200, query: IdentityQuery, body: IdentityChange, answer: AdminIdentity },
    async handle({ request, principal }) {
      const tenant = meantTenant(principal, parseInput(IdentityQuery, request.query).tenant);
      const change = await readInput(request.raw, IdentityChange, BODY_LIMITS);
      const name = { tenant, kind, id: idParam(request.params) };
      const by = actorOf(principal);
      const changed = await changes.carryOut(async (transaction, note) => {
        const [before] = await readIdentities(transaction, name);
        if (before === undefined) throw new SignalboxError("not-found", `There is no ${kind} of this id.`);
        const within = withinOf(kind, change, before);
        const { place, made } = await placeWithin({ ...within, ...NOBODY }, { db: transaction, tenant, by });
        await updateIdentity(transaction, before, { ...change, team: place.team, project: place.project });
        for (const identity of made) await note(madeEventOf(identity, by));
        const [after = before] = await readIdentities(transaction, name);
        const word = before.disabledAt === null && after.disabledAt !== null ? "revoked" : "changed";
        await note(adminEventOf({ object: kind, change: word, id: name.id, of: tenant, by, before, after }));
        return after;
      });
      log.info({ ...name, by, disabled: changed.disabledAt !== null }, "an identity was changed");
      return changed;
    },
  };
}

const NOWHERE = { team: null, project: null };
const NOBODY = { user: null, serviceAccount: null };

type Within = { readonly team?: string | null | undefined; readonly project?: string | null | undefined };

/** Where an identity is after a change. A team is in no other team, and neither a team nor a project is in a project. */
function withinOf(
  kind: IdentityKind,
  { team, project }: Within,
  before: { team: string | null; project: string | null },
): { team: string | null; project: string | null } {
  if (kind === "team" && team != null) throw invalidParam("team", "a team is within no other");
  if ((kind === "team" || kind === "project") && project != null)
    throw invalidParam("project", `a ${kind} is within no project`);
  // Another project brings its own team.
  const moved = project != null && project !== before.project;
  return {
    team: team === undefined ? (moved ? null : before.team) : team,
    project: project === undefined ? before.project : project,
  };
}

/** The audit event of a new identity. */
export function madeEventOf(after: AdminIdentity, by: string): UnsignedAdminEvent {
  const { object, id, tenant: of } = after;
  return adminEventOf({ object, change: "created", id, of, by, before: null, after });
}

function pathOf(kind: IdentityKind): string {
  return `${ADMIN}/${IDENTITY_PATHS[kind]}`;
}
