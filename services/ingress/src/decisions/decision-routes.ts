import { readDifference, SignalboxError } from "@signalbox/proto";
import { uuidParam } from "../http/id-param.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Route } from "../http/route.ts";
import { TenantPlaces } from "../http/tenant-places.ts";
import type { Principal } from "../keys/key-ring.ts";
import { tenantDigest } from "../keys/tenant-digest.ts";
import { DecisionPage, DecisionQuery } from "./decision-query.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import { renderRecord } from "./render-entry.ts";
import { wantedTenant } from "./wanted-tenant.ts";

/** The list of decisions as the OpenAPI document describes it. */
export const DECISION_LIST = {
  method: "GET",
  path: "/v1/decisions",
  access: "read-records",
  doc: {
    summary: "Decisions of the register, with their outcomes.",
    query: DecisionQuery,
    status: 200,
    answer: DecisionPage,
  },
} as const;

/** Each search takes the ledger up to a second, and more of them would only wait for its database connections. */
const SEARCHES_MAX = 64;

/** The register's decisions: a tenant reads its own, an admin all. */
export function decisionRoutes(ledger: LedgerReader): Route[] {
  const places = new TenantPlaces(SEARCHES_MAX, "searches and replays are under way");
  return [
    {
      method: DECISION_LIST.method,
      path: DECISION_LIST.path,
      access: DECISION_LIST.access,
      async handle({ request, principal }) {
        const query = parseInput(DecisionQuery, request.query);
        const asked = {
          tenant: tenantOf(principal, query),
          fromMs: BigInt(Math.max(0, query.from ?? 0)),
          // Nothing was made before the first millisecond, and 0 is no bound here.
          toMs: BigInt(query.to === undefined ? 0 : Math.max(1, query.to)),
          keyId: query.key ?? "",
          model: query.model ?? "",
          provider: query.provider ?? "",
          kind: query.kind ?? "",
          tag: query.tag === undefined ? "" : tenantDigest(principal.digestKey, query.tag),
          reason: query.reason ?? "",
          minCostPicoUsd: query.min_cost_pico_usd ?? "",
          maxCostPicoUsd: query.max_cost_pico_usd ?? "",
          limit: query.limit,
          beforeIndex: BigInt(query.before ?? 0),
          oldestFirst: query.order === "asc",
          fromIndex: BigInt(query.from_index),
        };
        const { records, nextBeforeIndex, nextFromIndex } = await places.within(principal.tenant, () =>
          ledger.query(principal, asked),
        );
        // Only the one that belongs to the asked order is set.
        const next = [nextBeforeIndex, nextFromIndex].map((index) => (index === 0n ? null : Number(index)));
        const [nextBefore, nextFrom] = [next[0] ?? null, next[1] ?? null];
        return {
          object: "list",
          data: records.map(renderRecord),
          has_more: nextBefore !== null || nextFrom !== null,
          next_before: nextBefore,
          next_from_index: nextFrom,
        };
      },
    },
    {
      method: "GET",
      path: "/v1/decisions/:id",
      access: "read-records",
      handle: async ({ request, principal }) =>
        renderRecord(await ledger.get(principal, decisionParam(request.params))),
    },
    receiptRoute(ledger),
    documentRoute(ledger),
    replayRoute(ledger, places),
  ];
}

function replayRoute(ledger: LedgerReader, places: TenantPlaces): Route {
  return {
    method: "POST",
    path: "/v1/decisions/:id/replay",
    access: "replay",
    async handle({ request, principal }) {
      const { decision } = await ledger.get(principal, decisionParam(request.params));
      if (decision === undefined) throw new SignalboxError("not-found", "The request came to no decision.");
      const result = await places.within(principal.tenant, () => ledger.replay(principal, decision.decisionId));
      if (result.error !== "")
        throw new SignalboxError("unprocessable", `The decision cannot be replayed: ${result.error}`);
      return { identical: result.identical, differences: result.differences.map(readDifference) };
    },
  };
}

/**
 * The tenant whose decisions are asked for; empty: all within reach. Throws `invalid-request` for a tag of another tenant:
 * tags are found by a digest under the tenant's key, and only the caller's own is at hand.
 */
function tenantOf(principal: Principal, { tag, tenant }: DecisionQuery): string {
  const wanted = wantedTenant(principal, tenant);
  if (tag === undefined) return wanted;
  if (wanted === "" || wanted === principal.tenant) return principal.tenant;
  const problem =
    "A tag is looked for in the key's own tenant alone: leave `tenant` out, or ask with a key of that tenant.";
  throw new SignalboxError("invalid-request", problem, { details: { param: "tag" } });
}

/** A C2SP tlog-proof that is verified offline: `signalbox verify FILE --policy policy.txt`. */
function receiptRoute(ledger: LedgerReader): Route {
  return {
    method: "GET",
    path: "/v1/decisions/:id/receipt",
    access: "read-records",
    async handle({ request, reply, principal }) {
      const id = decisionParam(request.params);
      const receipt = await ledger.receipt(principal, id);
      return reply
        .header("content-type", "text/plain; charset=utf-8")
        .header("content-disposition", `attachment; filename="${id}.tlog-proof"`)
        .header("cache-control", "private, no-cache")
        .send(receipt);
    },
  };
}

/** The exact bytes that a digest names. */
function documentRoute(ledger: LedgerReader): Route {
  return {
    method: "GET",
    path: "/v1/documents/:digest",
    access: "read-records",
    async handle({ request, reply, principal }) {
      const { digest } = request.params as { digest: string };
      const { mediaType, body } = await ledger.document(principal, digest);
      return reply
        .header("content-type", mediaType)
        .header("cache-control", "private, max-age=31536000, immutable")
        .send(body);
    },
  };
}

/** The id of a decision or a request in a route's path. Throws `not-found` for what is no id. */
export function decisionParam(params: unknown): string {
  return uuidParam(params, "There is no decision or request of this id.");
}
