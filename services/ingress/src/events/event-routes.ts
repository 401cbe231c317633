import { EVENT_TYPES, SignalboxError, TenantId } from "@signalbox/proto";
import { z } from "zod";
import type { LedgerReader } from "../decisions/ledger-reader.ts";
import { wantedTenant } from "../decisions/wanted-tenant.ts";
import { parseInput } from "../http/parse-input.ts";
import type { Route } from "../http/route.ts";
import { TenantPlaces } from "../http/tenant-places.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { EventFeed } from "./event-feed.ts";
import { openFeed } from "./open-feed.ts";

/** Each feed holds a connection and a call to the ledger. */
const FEEDS_MAX = 256;

const Index = z.coerce.number().int().min(0).optional();

const EventsQuery = z
  .strictObject({
    /** The first index wanted; the register's start unless it is given. */
    from_index: Index,
    /** Means the same; `from_index` is preferred, because at /v1/decisions `from` is a time. */
    from: Index,
    /** Separated by commas; all unless it is given. */
    types: z
      .string()
      .transform((text) => text.split(","))
      .pipe(z.array(z.enum(EVENT_TYPES)))
      .default([]),
    /** Whose entries; all that the reader may see unless it is given. */
    tenant: TenantId.optional(),
  })
  .refine(({ from, from_index: fromIndex }) => from === undefined || fromIndex === undefined, {
    path: ["from"],
    message: "it means the same as from_index; give from_index alone",
  });

/** The feeds that are open, and how to end them all when the service stops. */
type EventRoutes = { readonly routes: Route[]; endAll(): void };

/** GET /v1/events: the register as server-sent events. An event's id is its index, so a reader continues where it left off. */
export function eventRoutes(ledger: LedgerReader, keys: KeyRing): EventRoutes {
  const open = new Set<EventFeed>();
  const places = new TenantPlaces(FEEDS_MAX, "event streams are open");
  const route: Route = {
    method: "GET",
    path: "/v1/events",
    isFeed: true,
    access: "read-records",
    handle({ request, reply, principal }) {
      const query = parseInput(EventsQuery, request.query);
      const tenant = wantedTenant(principal, query.tenant);
      const lastId = lastEventId(request.headers["last-event-id"]);
      const leave = places.take(principal.tenant);
      const response = openFeed({ request, reply });
      if (response === null) {
        leave();
        return;
      }
      const feed = new EventFeed(ledger, response, {
        reader: principal,
        tenant,
        fromIndex: lastId === null ? BigInt(query.from_index ?? query.from ?? 0) : lastId + 1n,
        types: query.types,
        isAllowed: () => keys.isActive(principal),
      });
      open.add(feed);
      response.once("close", () => {
        open.delete(feed);
        leave();
      });
      feed.start();
    },
  };
  return {
    routes: [route],
    endAll() {
      for (const feed of open) feed.end();
    },
  };
}

/** The index of the last entry that a reader has seen; null for none, for which a browser sends an empty header. */
function lastEventId(header: string | string[] | undefined): bigint | null {
  if (header === undefined || header === "") return null;
  if (typeof header === "string" && /^\d{1,15}$/.test(header)) return BigInt(header);
  throw new SignalboxError("invalid-request", "Invalid header 'last-event-id': expected an index.", {
    details: { param: "last-event-id" },
  });
}
