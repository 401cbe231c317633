import type { Logger } from "@signalbox/kit";
import { TenantId } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { z } from "zod";
import type { AdminChanges } from "../admin/admin-changes.ts";
import { adminEventOf } from "../admin/admin-event.ts";
import { presentKey } from "../admin/key-store.ts";
import { expectRoomForKey } from "../admin/tenant-limits.ts";
import { actorOf } from "../identity/actor.ts";
import { authoriseRole } from "../identity/authorise.ts";
import { meantTenant, tenantBound } from "../identity/reach.ts";
import { idParam } from "../http/id-param.ts";
import { readInput } from "../http/read-input.ts";
import type { Route } from "../http/route.ts";
import type { KeyDatabase } from "./key-database.ts";
import { createKey, listKeys, revokeKey, type VirtualKey } from "./key-store.ts";

const BODY_LIMITS = { maxBytes: 16 * 1024, timeoutMs: 10_000 };

const NewKey = z.strictObject({
  name: z.string().min(1).max(128),
  role: z.enum(["member", "admin"]).default("member"),
  /** The asking admin's own unless it is given; a new one is made. */
  tenant: TenantId.optional(),
  /** ISO 8601 with an offset; the key holds for ever unless it is given. */
  expiresAt: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .refine((at) => at.getTime() > Date.now(), "expected a time to come")
    .nullish(),
});

type Context = {
  readonly db: Kysely<KeyDatabase>;
  readonly pepper: Uint8Array;
  readonly changes: AdminChanges;
  readonly log: Logger;
};

/** A small API for virtual keys, with names, roles and expiry alone; `/admin/v1/keys` has all their settings. */
export function keyRoutes({ db, pepper, changes, log }: Context): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/keys",
      access: "read-settings",
      async handle({ principal }) {
        const keysThere = await listKeys(db, tenantBound(principal));
        return { object: "list", data: keysThere.map(renderKey) };
      },
    },
    {
      method: "POST",
      path: "/v1/keys",
      access: "manage-keys",
      async handle({ request, reply, principal }) {
        const wish = await readInput(request.raw, NewKey, BODY_LIMITS);
        const tenant = meantTenant(principal, wish.tenant);
        const expiresAt = wish.expiresAt ?? null;
        const by = actorOf(principal);
        const { id, secretKey } = await changes.carryOut(async (transaction, note) => {
          await expectRoomForKey(transaction, tenant);
          const made = await createKey(transaction, { ...wish, tenant, expiresAt, pepper });
          const after = await presentKey(transaction, made.id, null);
          const what = { object: "virtual-key", change: "created", id: made.id, of: tenant } as const;
          await note(adminEventOf({ ...what, by, before: null, after }));
          return made;
        });
        log.info({ key: id, tenant, role: wish.role, expiresAt, by }, "a key was made");
        // The one time that the key is shown; no cache on the way may keep it.
        reply.code(201).header("cache-control", "no-store");
        return { object: "key", id, tenant, name: wish.name, role: wish.role, expiresAt, key: secretKey };
      },
    },
    {
      method: "DELETE",
      path: "/v1/keys/:id",
      access: "manage-keys",
      async handle({ request, principal }) {
        const id = idParam(request.params);
        const by = actorOf(principal);
        await changes.carryOut(async (transaction, note) => {
          const before = await presentKey(transaction, id, principal);
          authoriseRole(principal, before.role);
          if (!(await revokeKey(transaction, id))) return;
          const after = await presentKey(transaction, id, null);
          const what = { object: "virtual-key", change: "revoked", id, of: before.tenant } as const;
          await note(adminEventOf({ ...what, by, before, after }));
        });
        log.info({ key: id, by }, "a key was revoked");
        return { object: "key", id, revoked: true };
      },
    },
  ];
}

function renderKey(key: VirtualKey): Record<string, unknown> {
  return {
    object: "key",
    id: key.id,
    tenant: key.tenant,
    name: key.name,
    role: key.role,
    createdAt: key.createdAt.toISOString(),
    revokedAt: key.revokedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
  };
}
