import { createHmac } from "node:crypto";
import { PicoUsd, SignalboxError, TenantId, Uuid } from "@signalbox/proto";
import type { LedgerDifference } from "@signalbox/proto/grpc/ledger";
import { z } from "zod";
import { parseInput } from "../http/parse-input.ts";
import type { Route } from "../http/route.ts";
import { reaches } from "../identity/reach.ts";
import type { Principal } from "../keys/key-ring.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import { renderRecord } from "./render-entry.ts";

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** Unix milliseconds, or an ISO date. */
const Time = z.string().transform((text, context) => {
  const ms = /^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: "custom", message: "expected Unix milliseconds or an ISO date" });
  return z.NEVER;
});

const ListQuery = z.strictObject({
  from: Time.optional(),
  to: Time.optional(),
  /** A virtual key's id. */
  key: z.string().max(64).optional(),
  /** The model that was asked for. */
  model: z.string().max(256).optional(),
  /** The provider that was chosen. */
  provider: z.string().max(64).optional(),
  kind: z.enum(["route", "refuse", "serve-cached"]).optional(),
  /** A tag of the caller's own tenant, as requests had it. */
  tag: z.string().min(1).max(128).optional(),
  /** Words of the reason, or of what a refusal said. */
  reason: z.string().min(1).max(256).optional(),
  /** What the request cost, both bounds included. */
  min_cost_pico_usd: PicoUsd.optional(),
  max_cost_pico_usd: PicoUsd.optional(),
  /** Whose decisions; another tenant's only for who reaches all tenants. */
  tenant: TenantId.optional(),
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  /** `desc`: the newest first. */
  order: z.enum(["asc", "desc"]).default("desc"),
  /** Leaves below it: of `desc` the previous page's `next_before`. */
  before: z.coerce.number().int().min(1).optional(),
  /** Leaves from it on: of `asc` the previous page's `next_from_index`. */
  from_index: z.coerce.number().int().min(0).default(0),
});

/** The register's decisions: a tenant reads its own, an admin all. */
export function decisionRoutes(ledger: LedgerReader): Route[] {
  return [
    {
      method: "GET",
      path: "/v1/decisions",
      access: "read-records",
      async handle({ request, principal }) {
        const query = parseInput(ListQuery, request.query);
        const { records, nextBeforeIndex, nextFromIndex } = await ledger.query(principal, {
          tenant: wantedTenant(principal, query),
          fromMs: BigInt(query.from ?? 0),
          toMs: BigInt(query.to ?? 0),
          keyId: query.key ?? "",
          model: query.model ?? "",
          provider: query.provider ?? "",
          kind: query.kind ?? "",
          tag: query.tag === undefined ? "" : tagDigest(principal, query.tag),
          reason: query.reason ?? "",
          minCostPicoUsd: query.min_cost_pico_usd ?? "",
          maxCostPicoUsd: query.max_cost_pico_usd ?? "",
          limit: query.limit,
          beforeIndex: BigInt(query.before ?? 0),
          oldestFirst: query.order === "asc",
          fromIndex: BigInt(query.from_index),
        });
        // Of the two the one that is of this order.
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
      handle: async ({ request, principal }) => renderRecord(await ledger.get(principal, idParam(request.params))),
    },
    receiptRoute(ledger),
    documentRoute(ledger),
    {
      method: "POST",
      path: "/v1/decisions/:id/replay",
      access: "replay",
      async handle({ request, principal }) {
        const { decision } = await ledger.get(principal, idParam(request.params));
        if (decision === undefined) throw new SignalboxError("not-found", "The request came to no decision.");
        const result = await ledger.replay(principal, decision.decisionId);
        if (result.error !== "")
          throw new SignalboxError("unprocessable", `The decision cannot be replayed: ${result.error}`);
        return { identical: result.identical, differences: result.differences.map(renderDifference) };
      },
    },
  ];
}

/** Empty is all that the principal may see. Throws for another tenant's when those are out of its reach, or for tags there. */
function wantedTenant(principal: Principal, { tag, tenant }: z.infer<typeof ListQuery>): string {
  const isOther = tenant !== undefined && tenant !== principal.tenant;
  if (isOther && !reaches(principal, tenant)) {
    throw new SignalboxError("forbidden", "The key does not reach another tenant's decisions.");
  }
  // A tag is known by a digest under its tenant's key, and only the caller's own is at hand.
  if (isOther && tag !== undefined) {
    throw new SignalboxError("invalid-request", "A tag is looked for in the key's own tenant alone.", {
      details: { param: "tag" },
    });
  }
  return (tag === undefined ? tenant : principal.tenant) ?? "";
}

/** As the facts of a request have it. */
function tagDigest({ digestKey }: Principal, tag: string): string {
  return `hmac-sha256:${createHmac("sha256", digestKey).update(tag).digest("hex")}`;
}

/** A C2SP tlog-proof that is verified offline: `signalbox verify FILE --policy policy.txt`. */
function receiptRoute(ledger: LedgerReader): Route {
  return {
    method: "GET",
    path: "/v1/decisions/:id/receipt",
    access: "read-records",
    async handle({ request, reply, principal }) {
      const id = idParam(request.params);
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

function idParam(params: unknown): string {
  const id = Uuid.safeParse((params as { id: string }).id.toLowerCase());
  if (!id.success) throw new SignalboxError("not-found", "There is no decision or request of this id.");
  return id.data;
}

/** A side that is absent is absent here as well, so that it is told from null. */
function renderDifference({ path, recordedJson, replayedJson }: LedgerDifference): Record<string, unknown> {
  return {
    path,
    ...(recordedJson === "" ? {} : { recorded: JSON.parse(recordedJson) as unknown }),
    ...(replayedJson === "" ? {} : { replayed: JSON.parse(replayedJson) as unknown }),
  };
}
