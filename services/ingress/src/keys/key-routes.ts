import type { Logger } from "@signalbox/kit";
import { SignalboxError, TenantId } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { z } from "zod";
import type { AdminChanges } from "../admin/admin-changes.ts";
import { expectRoomForKey } from "../admin/tenant-limits.ts";
import { parseInput } from "../http/parse-input.ts";
import { actorOf } from "../identity/actor.ts";
import { authoriseRole } from "../identity/authorise.ts";
import { meantTenant, reaches, tenantBound } from "../identity/reach.ts";
import { parseJsonBody, readBody } from "../http/read-body.ts";
import type { Route } from "../http/route.ts";
import type { KeyDatabase } from "./key-database.ts";
import { createKey, findKey, listKeys, revokeKey, type VirtualKey } from "./key-store.ts";
import { keyEventOf } from "./key-event.ts";

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

/** The operator's management of virtual keys. */
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
        const wish = parseInput(NewKey, parseJsonBody(await readBody(request.raw, BODY_LIMITS)));
        const tenant = meantTenant(principal, wish.tenant);
        const expiresAt = wish.expiresAt ?? null;
        const by = actorOf(principal);
        const { id, secretKey } = await changes.carryOut(async (transaction, note) => {
          await expectRoomForKey(transaction, tenant);
          const made = await createKey(transaction, { ...wish, tenant, expiresAt, pepper });
          await note(keyEventOf({ before: null, after: await presentKey(transaction, made.id), by }));
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
        const { id } = request.params as { id: string };
        const by = actorOf(principal);
        await changes.carryOut(async (transaction, note) => {
          const before = await presentKey(transaction, id);
          if (!reaches(principal, before.tenant)) throw unknownKey();
          authoriseRole(principal, before.role);
          if (!(await revokeKey(transaction, id))) return;
          await note(keyEventOf({ before, after: await presentKey(transaction, id), by }));
        });
        log.info({ key: id, by }, "a key was revoked");
        return { object: "key", id, revoked: true };
      },
    },
  ];
}

async function presentKey(db: Kysely<KeyDatabase>, id: string): Promise<VirtualKey> {
  const key = await findKey(db, id);
  if (key === undefined) throw unknownKey();
  return key;
}

function unknownKey(): SignalboxError {
  return new SignalboxError("not-found", "There is no key of this id.");
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
