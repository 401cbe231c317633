import type { z } from "zod";
import { actorOf } from "../identity/actor.ts";
import { authoriseRole } from "../identity/authorise.ts";
import { meantTenant } from "../identity/reach.ts";
import type { Principal } from "../keys/key-ring.ts";
import { markRevoked } from "../keys/key-store.ts";
import type { AdminContext } from "./admin-context.ts";
import { adminEventOf } from "./admin-event.ts";
import type { MadeKey, NewKey } from "./key-forms.ts";
import { madeEventOf } from "./identity-routes.ts";
import { hasOwner, makeKey, presentKey } from "./key-store.ts";

/** Makes a key for a caller, with its record. Throws `forbidden` for a tenant or a role out of the caller's reach. */
export async function issueKey(
  { db, pepper, changes, log }: AdminContext,
  principal: Principal,
  spec: NewKey,
): Promise<z.infer<typeof MadeKey>> {
  const { role } = spec;
  const tenant = meantTenant(principal, spec.tenant);
  const by = actorOf(principal);
  // Where a tenant has no owner yet, an admin makes the first.
  if (role !== "owner" || (await hasOwner(db, tenant))) authoriseRole(principal, role);
  const issued = await changes.carryOut(async (transaction, note) => {
    const { id, secret, made } = await makeKey(transaction, { ...spec, tenant }, { pepper, by });
    const after = await presentKey(transaction, id, null);
    for (const identity of made) await note(madeEventOf(identity, by));
    await note(adminEventOf({ object: "virtual-key", change: "created", id, of: tenant, by, before: null, after }));
    return { ...after, secret };
  });
  log.info({ key: issued.id, tenant, role, expiresAt: issued.expiresAt, by }, "a key was made");
  return issued;
}

/** Revokes a key for ever, with its record; of one that is revoked already nothing changes. Throws `not-found` and `forbidden`. */
export async function revokeKey({ changes, log }: AdminContext, principal: Principal, id: string): Promise<void> {
  const by = actorOf(principal);
  await changes.carryOut(async (transaction, note) => {
    const before = await presentKey(transaction, id, principal);
    authoriseRole(principal, before.role);
    if (!(await markRevoked(transaction, id))) return;
    const after = await presentKey(transaction, id, null);
    await note(adminEventOf({ object: "virtual-key", change: "revoked", id, of: before.tenant, by, before, after }));
  });
  log.info({ key: id, by }, "a key was revoked");
}
