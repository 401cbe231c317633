import { z } from "zod";
import { Uuid } from "../ids.ts";
import { eventHead } from "./event.ts";

/** `event.superseded`, made by the ledger: closes a decision that a repeated decide attempt left unexecuted. */
export const SupersededEvent = z.strictObject({
  schema: z.literal("signalbox.event.superseded.v1"),
  ...eventHead,
  /** The decision that is closed. */
  decisionId: Uuid,
  /** The decision that the request's outcome names; null when it names none. */
  by: Uuid.nullable(),
});
export type SupersededEvent = z.infer<typeof SupersededEvent>;
