import { z } from "zod";
import { Count, Uuid } from "../ids.ts";

/** On `receiptSubject(instance)`: sent after the commit, again for a redelivered event. Also read from Postgres when lost. */
export const Receipt = z.strictObject({
  events: z.array(
    z.discriminatedUnion("status", [
      z.strictObject({ status: z.literal("committed"), eventId: Uuid, index: Count }),
      /** The event was not appended: a bad signature, a second outcome, another body under the same id. */
      z.strictObject({ status: z.literal("quarantined"), eventId: Uuid, reason: z.string().max(64) }),
    ]),
  ),
});
export type Receipt = z.infer<typeof Receipt>;
