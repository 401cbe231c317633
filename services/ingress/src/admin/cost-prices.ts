import { Catalogue, Digest, PriceTier, SignalboxError } from "@signalbox/proto";
import { type Kysely, sql } from "kysely";
import { z } from "zod";
import { parseInput } from "../http/parse-input.ts";
import type { KeyDatabase } from "../keys/key-database.ts";
import { ADMIN, type AdminRoute } from "./admin-route.ts";
import { priceCsv } from "./price-csv.ts";

const PriceQuery = z.strictObject({
  /** The price list's digest, as costs name it; the newest unless given. */
  catalogue: Digest.optional(),
  provider: z.string().min(1).max(64).optional(),
  format: z.enum(["json", "csv"]).default("json"),
});

const PriceList = z.strictObject({
  object: z.literal("prices"),
  catalogue: Digest,
  /** The list's own date. */
  date: z.string(),
  /** In micro-USD per million tokens; `tiers` is null where the price is unknown. */
  data: z.array(
    z.strictObject({
      endpoint: z.string(),
      provider: z.string(),
      model: z.string(),
      tiers: z.array(PriceTier).nullable(),
    }),
  ),
});
type PriceList = z.infer<typeof PriceList>;

/** The price list that a digest names, by provider. */
export function priceRoute(db: Kysely<KeyDatabase>): AdminRoute {
  return {
    method: "GET",
    path: `${ADMIN}/prices`,
    access: "read-costs",
    doc: {
      summary: "The price list that requests were decided by, in micro-USD per million tokens.",
      status: 200,
      query: PriceQuery,
      answer: PriceList,
      alsoText: "text/csv",
    },
    async handle({ request, reply }) {
      const { catalogue, provider, format } = parseInput(PriceQuery, request.query);
      const digest = catalogue ?? (await newestCatalogue(db));
      const { date, endpoints } = await readCatalogue(db, digest);
      const data = endpoints
        .filter((each) => provider === undefined || each.provider === provider)
        .map(({ id, provider: host, model, price }) => ({ endpoint: id, provider: host, model, tiers: price }));
      if (format === "json") return { object: "prices", catalogue: digest, date, data } satisfies PriceList;
      reply.header("content-type", "text/csv; charset=utf-8");
      return reply.header("content-disposition", 'attachment; filename="prices.csv"').send(priceCsv(digest, data));
    },
  };
}

/** The catalogue of a digest. Throws `not-found` when there is none. */
export async function readCatalogue(db: Kysely<KeyDatabase>, digest: string): Promise<Catalogue> {
  const { rows } = await sql<{ body: Buffer }>`
    select body from document where digest = ${digest} and kind = 'catalogue'`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new SignalboxError("not-found", "There is no price list of this digest.");
  return Catalogue.parse(JSON.parse(row.body.toString("utf8")));
}

/** The digest of the newest catalogue. Throws `not-found` when there is none yet. */
export async function newestCatalogue(db: Kysely<KeyDatabase>): Promise<string> {
  const { rows } = await sql<{ digest: string }>`
    select digest from document where kind = 'catalogue' order by created_at desc limit 1`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new SignalboxError("not-found", "There is no price list yet.");
  return row.digest;
}
