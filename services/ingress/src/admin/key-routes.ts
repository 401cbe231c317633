import { SignalboxError } from "@signalbox/proto";
import { idParam } from "../http/id-param.ts";
import { readInput } from "../http/read-input.ts";
import { actorOf } from "../identity/actor.ts";
import { authoriseRole } from "../identity/authorise.ts";
import { tenantBound } from "../identity/reach.ts";
import type { AdminContext } from "./admin-context.ts";
import { adminEventOf } from "./admin-event.ts";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "./admin-route.ts";
import { Retired } from "./budget-forms.ts";
import { issueKey, revokeKey } from "./key-changes.ts";
import { AdminKey, KeyChange, KeyList, MadeKey, NewKey } from "./key-forms.ts";
import { changeKey, presentKey, readKeys } from "./key-store.ts";
import { madeEventOf } from "./identity-routes.ts";

/** Virtual keys with all their settings. */
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

function makeRoute(context: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/keys`,
    access: "manage-keys",
    doc: { summary: "Makes a key; its secret is shown this once.", status: 201, body: NewKey, answer: MadeKey },
    async handle({ request, reply, principal }) {
      const key = await issueKey(context, principal, await readInput(request.raw, NewKey, BODY_LIMITS));
      // The one time that the secret is shown; no cache on the way may keep it.
      reply.code(201).header("cache-control", "no-store");
      return key;
    },
  };
}

function changeRoute({ changes, log }: AdminContext): AdminRoute {
  return {
    method: "PATCH",
    path: `${ADMIN}/keys/:id`,
    access: "manage-keys",
    doc: { summary: "Changes the fields given; null removes one.", status: 200, body: KeyChange, answer: AdminKey },
    async handle({ request, principal }) {
      const change = await readInput(request.raw, KeyChange, BODY_LIMITS);
      const by = actorOf(principal);
      const key = await changes.carryOut(async (transaction, note) => {
        const before = await presentKey(transaction, idParam(request.params), principal);
        authoriseRole(principal, before.role);
        const made = await changeKey(transaction, before, { change, by });
        if (made === null) throw new SignalboxError("invalid-request", "The key is revoked for ever; make a new one.");
        for (const identity of made) await note(madeEventOf(identity, by));
        const after = await presentKey(transaction, before.id, null);
        const { id, tenant: of } = after;
        await note(adminEventOf({ object: "virtual-key", change: "changed", id, of, by, before, after }));
        return after;
      });
      log.info({ key: key.id, by }, "a key was changed");
      return key;
    },
  };
}

function revokeRoute(context: AdminContext): AdminRoute {
  return {
    method: "DELETE",
    path: `${ADMIN}/keys/:id`,
    access: "manage-keys",
    doc: { summary: "Revokes a key for ever.", status: 200, answer: Retired },
    async handle({ request, principal }) {
      const id = idParam(request.params);
      await revokeKey(context, principal, id);
      return { object: "key", id, deleted: true };
    },
  };
}
