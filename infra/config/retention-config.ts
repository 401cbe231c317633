import { TenantId } from "@signalbox/proto";
import { z } from "zod";
import { section } from "./section.ts";

const MIB = 1024 * 1024;
const DAY_SECONDS = 24 * 3_600;

type KeptFor = {
  readonly tenants: string;
  readonly ttlSeconds: string;
  readonly entryMaxBytes: { readonly byDefault: number; readonly meaning: string };
  readonly tenantMaxBytes: number;
};

/** The tenants whose content is kept (none by default), for how long, and how much of it. */
function keptFor({ tenants, ttlSeconds, entryMaxBytes, tenantMaxBytes }: KeptFor) {
  return section({
    tenants: z
      .array(z.union([TenantId, z.literal("*")]))
      .max(1_024)
      .default([])
      .describe(tenants),
    ttlSeconds: z
      .int()
      .min(1)
      .max(365 * DAY_SECONDS)
      .default(30 * DAY_SECONDS)
      .describe(ttlSeconds),
    entryMaxBytes: z
      .int()
      .min(1)
      .max(64 * MIB)
      .default(entryMaxBytes.byDefault)
      .describe(entryMaxBytes.meaning),
    tenantMaxBytes: z.int().min(1).default(tenantMaxBytes).describe("Of one tenant; the oldest go first."),
  });
}

const content = keptFor({
  tenants:
    "Whose chats are retained, `*` for everybody's. Of all others nothing is kept but in the answer cache and where `responses` allows it; the register holds keyed digests.",
  ttlSeconds: "How long each is kept, unless it is erased before.",
  entryMaxBytes: {
    byDefault: MIB,
    meaning: "A larger request is not retained, and of a larger answer its beginning.",
  },
  tenantMaxBytes: 1_024 * MIB,
});

const responses = keptFor({
  tenants:
    "Whose are kept, `*` for everybody's. For all others `store: true` is answered with `store: false`, and nothing is kept.",
  ttlSeconds: "How long each is kept.",
  entryMaxBytes: { byDefault: 4 * MIB, meaning: "A larger conversation is not kept." },
  tenantMaxBytes: 256 * MIB,
});

/** What is kept of requests and answers, and of the fan-out of the register. */
export const RetentionConfig = section({
  content: z
    .preprocess((written) => (written === "none" ? {} : written), content)
    .prefault({})
    .describe(
      "Requests and answers as they crossed the wire, encrypted, for who may read content. `none` stands for nobody's, as no section does.",
    ),
  responses: responses
    .prefault({})
    .describe("Responses of requests to `/v1/responses` that say `store: true`, encrypted, for their tenant alone."),
  liveEventsMaxAgeSeconds: z
    .int()
    .min(60)
    .default(DAY_SECONDS)
    .describe(
      "How long the fan-out stream keeps committed entries for the services. The register itself keeps them for ever.",
    ),
  liveEventsMaxBytes: z
    .int()
    .min(MIB)
    .default(512 * MIB)
    .describe("The same, by size; the oldest go first."),
});
