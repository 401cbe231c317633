import { z } from "zod";
import type { AdminContext } from "../admin/admin-context.ts";
import { issueKey, revokeKey } from "../admin/key-changes.ts";
import { NewKey } from "../admin/key-forms.ts";
import { listKeys } from "../admin/key-store.ts";
import { idParam } from "../http/id-param.ts";
import { readInput } from "../http/read-input.ts";
import type { Route } from "../http/route.ts";
import { tenantBound } from "../identity/reach.ts";

const BODY_LIMITS = { maxBytes: 16 * 1024, timeoutMs: 10_000 };

const { name, tenant, expiresAt } = NewKey.shape;
const SmallNewKey = z.strictObject({ name, role: z.enum(["member", "admin"]).default("member"), tenant, expiresAt });

/** A small API for virtual keys, with names, roles and expiry alone; `/admin/v1/keys` has all their settings. */
export function keyRoutes(context: AdminContext): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/keys",
      access: "read-settings",
      async handle({ principal }) {
        const keys = await listKeys(context.db, { tenant: tenantBound(principal) });
        return { object: "list", data: keys.map(smallKey) };
      },
    },
    {
      method: "POST",
      path: "/v1/keys",
      access: "manage-keys",
      async handle({ request, reply, principal }) {
        const made = await issueKey(context, principal, await readInput(request.raw, SmallNewKey, BODY_LIMITS));
        // The one time that the key is shown; no cache on the way may keep it.
        reply.code(201).header("cache-control", "no-store");
        const { object, id, tenant: of, role, secret: key } = made;
        return { object, id, tenant: of, name: made.name, role, expiresAt: made.expiresAt, key };
      },
    },
    {
      method: "DELETE",
      path: "/v1/keys/:id",
      access: "manage-keys",
      async handle({ request, principal }) {
        const id = idParam(request.params);
        await revokeKey(context, principal, id);
        return { object: "key", id, revoked: true };
      },
    },
  ];
}

function smallKey(key: Awaited<ReturnType<typeof listKeys>>[number]): Record<string, unknown> {
  return {
    object: "key",
    id: key.id,
    tenant: key.tenant,
    name: key.name,
    role: key.role,
    createdAt: key.createdAt,
    revokedAt: key.revokedAt,
    expiresAt: key.expiresAt,
    lastUsedAt: key.lastUsedAt,
  };
}
