import type { Recorder } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type { Kysely } from "kysely";
import { ADMIN, type AdminRoute, BODY_LIMITS } from "../admin/admin-route.ts";
import { decisionParam } from "../decisions/decision-routes.ts";
import type { LedgerReader } from "../decisions/ledger-reader.ts";
import { parseInput } from "../http/parse-input.ts";
import { readInput } from "../http/read-input.ts";
import { actorOf } from "../identity/actor.ts";
import { meantTenant, reaches, tenantBound } from "../identity/reach.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import type { Principal } from "../keys/key-ring.ts";
import { ContentAnswer, ContentList, ContentQuery, Erased, NewErasure } from "./content-form.ts";
import type { ContentStore } from "./content-store.ts";
import { erasureTarget } from "./erasure-target.ts";
import { recordRead } from "./record-read.ts";

export type ContentContext = {
  readonly content: ContentStore;
  readonly ledger: LedgerReader;
  readonly db: Kysely<KeyDatabase>;
  readonly recorder: Recorder;
};

/** Retained content: what there is, what it says, and its erasure. */
export function contentRoutes(context: ContentContext): AdminRoute[] {
  const { content, recorder } = context;
  return [
    {
      method: "GET",
      path: `${ADMIN}/content`,
      access: "read-content",
      doc: {
        summary: "Whose content is retained, newest first.",
        status: 200,
        query: ContentQuery,
        answer: ContentList,
      },
      async handle({ request, principal }) {
        const query = parseInput(ContentQuery, request.query);
        const tenant = query.tenant === undefined ? tenantBound(principal) : meantTenant(principal, query.tenant);
        const data = await content.list({ ...query, tenant: tenant ?? undefined });
        return { object: "list", data, has_more: data.length === query.limit };
      },
    },
    {
      method: "GET",
      path: `${ADMIN}/content/:id`,
      access: "read-content",
      doc: {
        summary:
          "What a request asked and was answered, by its id or a decision's; that it was read is recorded first.",
        status: 200,
        answer: ContentAnswer,
      },
      async handle({ request, reply, principal }) {
        const found = await find(context, principal, decisionParam(request.params));
        await recordRead(recorder, { by: actorOf(principal), of: found.tenant, requestId: found.requestId });
        // No cache on the way may keep what is kept sealed here.
        reply.header("cache-control", "no-store");
        return found;
      },
    },
    {
      method: "DELETE",
      path: `${ADMIN}/content/:id`,
      access: "erase-content",
      doc: {
        summary:
          "Erases what is retained of one request, with its answer in the cache, its stored response and its plain labels; the erasure is recorded.",
        status: 200,
        answer: Erased,
      },
      async handle({ request, principal }) {
        const { tenant, requestId } = await findErasable(context, principal, decisionParam(request.params));
        const scope = { kind: "request", requestId } as const;
        const found = await content.eraseEverywhere({ of: tenant, by: actorOf(principal), scope });
        if (Object.values(found).every((count) => count === 0)) throw nothingRetained();
        return { object: "erasure", tenant, ...found };
      },
    },
    eraseRoute(context),
  ];
}

function eraseRoute({ content, db }: ContentContext): AdminRoute {
  return {
    method: "POST",
    path: `${ADMIN}/content/erase`,
    access: "erase-content",
    doc: {
      summary:
        "Erases all that is retained of a tenant with its key, what of it is of a time, or what is of one end user; each with the cache's answers, stored responses and plain labels; the erasure is recorded.",
      status: 200,
      body: NewErasure,
      answer: Erased,
    },
    async handle({ request, principal }) {
      const body = await readInput(request.raw, NewErasure, BODY_LIMITS);
      const tenant = meantTenant(principal, body.tenant);
      const { scope, user } = await erasureTarget(db, { ...body, tenant });
      const found = await content.eraseEverywhere({ of: tenant, by: actorOf(principal), scope }, user);
      return { object: "erasure", tenant, ...found };
    },
  };
}

/** By the request's id; else by the register's word on which request a decision belongs to. */
async function find({ content, ledger }: ContentContext, reader: Principal, id: string): ReturnType<typeof required> {
  const found = await content.read(id);
  if (found !== null && reaches(reader, found.tenant)) return found;
  const { decision, outcome } = await ledger.get(reader, id);
  const requestId = (decision ?? outcome)?.requestId ?? id;
  return required(content, requestId, reader);
}

type Erasable = { readonly tenant: string; readonly requestId: string };

/**
 * Of which request something may be kept, whether or not its content is retained. Throws `not-found` for one that
 * nobody knows.
 */
async function findErasable({ content, ledger }: ContentContext, reader: Principal, id: string): Promise<Erasable> {
  const found = await content.read(id);
  const own = found !== null && reaches(reader, found.tenant) ? found : null;
  try {
    const { decision, outcome } = await ledger.get(reader, id);
    const entry = decision ?? outcome;
    if (entry === undefined || !reaches(reader, entry.tenant)) throw nothingRetained();
    return { tenant: entry.tenant, requestId: entry.requestId };
  } catch (error) {
    // A request that the register does not hold yet is erased by what is retained of it alone.
    if (own === null || SignalboxError.from(error).code !== "not-found") throw error;
    return { tenant: own.tenant, requestId: own.requestId };
  }
}

function nothingRetained(): SignalboxError {
  return new SignalboxError("not-found", "Nothing is retained of this request.");
}

async function required(
  content: ContentStore,
  requestId: string,
  reader: Principal,
): Promise<NonNullable<Awaited<ReturnType<ContentStore["read"]>>>> {
  const found = requestId === "" ? null : await content.read(requestId);
  if (found === null || !reaches(reader, found.tenant)) throw nothingRetained();
  return found;
}
