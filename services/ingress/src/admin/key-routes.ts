import type { Logger, Recorder } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { parseInput } from "../http/parse-input.ts";
import { parseJsonBody, readBody } from "../http/read-body.ts";
import { actorOf } from "../identity/actor.ts";
import { authoriseRole } from "../identity/authorise.ts";
import { meantTenant, tenantBound } from "../identity/reach.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { revokeKey } from "../keys/key-store.ts";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "./admin-route.ts";
import { Retired } from "./budget-forms.ts";
import { AdminKey, KeyChange, KeyList, MadeKey, NewKey } from "./key-forms.ts";
import { changeKey, hasOwner, makeKey, presentKey, readKeys } from "./key-store.ts";
import { recordMade } from "./identity-routes.ts";
import { recordAdminChange } from "./record-admin-change.ts";

export type AdminContext = {
  readonly db: Kysely<KeyDatabase>;
  readonly keys: KeyRing;
  readonly pepper: Uint8Array;
  readonly recorder: Recorder;
  readonly log: Logger;
};

/** Virtual keys with all that holds for them. */
export function adminKeyRoutes(context: AdminContext): AdminRoute[] {
  const { db } = context;
  return [
    {
      method: "GET",
      path: `${ADMIN}/keys`,
      access: "read-settings",
      doc: { summary: "The keys within reach, never their secrets.", status: 200, answer: KeyList },
      handle: async ({ principal }) => ({
        object: "list",
        data: await readKeys(db, { tenant: tenantBound(principal) }),
      }),
    },
    {
      method: "GET",
      path: `${ADMIN}/keys/:id`,
      access: "read-settings",
      doc: { summary: "One key.", status: 200, answer: AdminKey },
      handle: ({ request, principal }) => presentKey(db, idParam(request.params), principal),
    },
    makeRoute(context),
    changeRoute(context),
    revokeRoute(context),
  ];
}

function makeRoute({ db, keys, pepper, recorder, log }: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/keys`,
    access: "manage-keys",
    doc: { summary: "Makes a key; its secret is shown this once.", status: 201, body: NewKey, answer: MadeKey },
    async handle({ request, reply, principal }) {
      const wish = parseInput(NewKey, parseJsonBody(await readBody(request.raw, BODY_LIMITS)));
      const tenant = meantTenant(principal, wish.tenant);
      const by = actorOf(principal);
      // Where a tenant has no owner yet, an admin makes the first.
      if (wish.role !== "owner" || (await hasOwner(db, tenant))) authoriseRole(principal, wish.role);
      const { id, secret, made } = await makeKey(db, { ...wish, tenant }, { pepper, by });
      await keys.reload();
      for (const identity of made) await recordMade(identity, { recorder, by });
      const after = await presentKey(db, id, null);
      log.info({ key: id, tenant, role: wish.role, by }, "a key was made");
      await recordAdminChange(recorder, {
        object: "virtual-key",
        change: "created",
        id,
        of: tenant,
        by,
        before: null,
        after,
      });
      // The one time that the secret is shown; no cache on the way may keep it.
      reply.code(201).header("cache-control", "no-store");
      return { ...after, secret };
    },
  };
}

function changeRoute({ db, keys, recorder, log }: AdminContext): AdminRoute {
  return {
    method: "PATCH",
    path: `${ADMIN}/keys/:id`,
    access: "manage-keys",
    doc: { summary: "Changes what is named; null takes it away.", status: 200, body: KeyChange, answer: AdminKey },
    async handle({ request, principal }) {
      const change = parseInput(KeyChange, parseJsonBody(await readBody(request.raw, BODY_LIMITS)));
      const before = await presentKey(db, idParam(request.params), principal);
      const by = actorOf(principal);
      authoriseRole(principal, before.role);
      const made = await changeKey(db, before, { change, by });
      if (made === null) throw new SignalboxError("invalid-request", "The key is revoked, for ever.");
      await keys.reload();
      for (const identity of made) await recordMade(identity, { recorder, by });
      const after = await presentKey(db, before.id, null);
      log.info({ key: before.id, by }, "a key was changed");
      const { id, tenant: of } = after;
      await recordAdminChange(recorder, { object: "virtual-key", change: "changed", id, of, by, before, after });
      return after;
    },
  };
}

function revokeRoute({ db, keys, recorder, log }: AdminContext): AdminRoute {
  return {
    method: "DELETE",
    path: `${ADMIN}/keys/:id`,
    access: "manage-keys",
    doc: { summary: "Revokes a key for ever.", status: 200, answer: Retired },
    async handle({ request, principal }) {
      const before = await presentKey(db, idParam(request.params), principal);
      const { id, tenant: of } = before;
      authoriseRole(principal, before.role);
      const by = actorOf(principal);
      await revokeKey(db, id);
      await keys.reload();
      log.info({ key: id, by }, "a key was revoked");
      if (before.revokedAt === null) {
        const after = await presentKey(db, id, null);
        await recordAdminChange(recorder, { object: "virtual-key", change: "revoked", id, of, by, before, after });
      }
      return { object: "key", id, deleted: true };
    },
  };
}

function idParam(params: unknown): string {
  return (params as { id: string }).id;
}
