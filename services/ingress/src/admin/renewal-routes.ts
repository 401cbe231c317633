import { SignalboxError } from "@signalbox/proto";
import type { FastifyReply } from "fastify";
import { idParam } from "../http/id-param.ts";
import { readInput } from "../http/read-input.ts";
import { actorOf } from "../identity/actor.ts";
import { authorise, authoriseRole } from "../identity/authorise.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { AdminContext } from "./admin-context.ts";
import { adminEventOf } from "./admin-event.ts";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "./admin-route.ts";
import { type AdminKey, MadeKey, Rotation } from "./key-forms.ts";
import { presentKey } from "./key-store.ts";
import { type Renewal, renewSecret } from "./renew-secret.ts";

/** Requests that a bearer has under way with the old secret are not cut off by its own renewal. */
const REFRESH_OVERLAP_SECONDS = 60;

type Renewing = { readonly key: AdminKey; readonly principal: Principal; readonly reply: FastifyReply };

/** New secrets for keys: by who manages them, and by their bearers. */
export function adminRenewalRoutes(context: AdminContext): AdminRoute[] {
  return [rotateRoute(context), refreshRoute(context)];
}

function rotateRoute(context: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/keys/:id/rotate`,
    access: "manage-keys",
    doc: {
      summary: "Gives a key a new secret, shown this once; the present one may stay valid for a while.",
      status: 200,
      body: Rotation,
      answer: MadeKey,
    },
    async handle({ request, reply, principal }) {
      const { overlapSeconds } = await readInput(request.raw, Rotation, BODY_LIMITS);
      const key = await presentKey(context.db, idParam(request.params), principal);
      authoriseRole(principal, key.role);
      return renew({ key, principal, reply }, { overlapSeconds, extend: false }, context);
    },
  };
}

function refreshRoute(context: AdminContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/keys/:id/refresh`,
    access: "renew-key",
    doc: {
      summary: "Renews a short-lived key, with a new secret; its bearer may do so until it ends.",
      status: 200,
      answer: MadeKey,
    },
    async handle({ request, reply, principal }) {
      const id = idParam(request.params);
      const isOwn = principal.keyId === id && principal.outgoing === undefined;
      if (!isOwn) authorise(principal, "manage-keys");
      const key = await presentKey(context.db, id, principal);
      if (!isOwn) authoriseRole(principal, key.role);
      return renew({ key, principal, reply }, { overlapSeconds: REFRESH_OVERLAP_SECONDS, extend: true }, context);
    },
  };
}

async function renew(
  { key: before, principal, reply }: Renewing,
  renewal: Omit<Renewal, "pepper">,
  { pepper, changes, log }: AdminContext,
): Promise<object> {
  const { id, tenant: of } = before;
  const by = actorOf(principal);
  const { after, secret } = await changes.carryOut(async (transaction, note) => {
    const renewed = await renewSecret(transaction, id, { ...renewal, pepper });
    if (renewed === null) {
      const isLasting = renewal.extend && before.lifetimeSeconds === null;
      const problem = isLasting ? "is not a short-lived one: rotate it" : "has ended: make a new one";
      throw new SignalboxError("invalid-request", `The key ${problem}.`);
    }
    const shown = await presentKey(transaction, id, null);
    await note(adminEventOf({ object: "virtual-key", change: "changed", id, of, by, before, after: shown }));
    return { after: shown, secret: renewed };
  });
  log.info({ key: id, by, extended: renewal.extend }, "a key was given another secret");
  // The one time that the secret is shown; no cache on the way may keep it.
  reply.header("cache-control", "no-store");
  return { ...after, secret };
}
