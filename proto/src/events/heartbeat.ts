import { z } from "zod";
import { Uuid } from "../ids.ts";

/** How often an executing dispatcher names what it executes, and after how long a silence the ledger takes it for dead. */
export const HEARTBEAT_EVERY_MS = 2_000;
export const HEARTBEAT_LOST_MS = 10_000;

/** On `heartbeatSubject`, core NATS: the requests that this instance executes now; a long list is cut over several messages. */
export const Heartbeat = z.strictObject({ instance: z.string(), requestIds: z.array(Uuid).max(10_000) });
export type Heartbeat = z.infer<typeof Heartbeat>;
