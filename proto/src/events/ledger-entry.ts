import { z } from "zod";
import { Count, TenantId, Uuid } from "../ids.ts";
import { SYSTEM_TENANT } from "./event.ts";

/** Sent on `ledgerSubject(type, tenant)` after the commit, in messages of at most 512 KiB. */
export const LedgerEntries = z.strictObject({
  entries: z.array(
    z.strictObject({
      index: Count,
      eventId: Uuid,
      type: z.string(),
      tenant: z.union([TenantId, z.literal(SYSTEM_TENANT)]),
      /** The event that was signed, decoded. */
      event: z.unknown(),
    }),
  ),
});
export type LedgerEntries = z.infer<typeof LedgerEntries>;
