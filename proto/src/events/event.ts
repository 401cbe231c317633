import { z } from "zod";
import { Count, TenantId, Uuid } from "../ids.ts";

/** What every signed event starts with. Transport headers are never signed; what matters is copied in here. */
export const eventHead = {
  eventId: Uuid,
  /** Who made it. `seq` counts up from 1 in one instance's life, so that a missing event shows. */
  producer: z.strictObject({ service: z.string().max(32), instance: z.string().max(64), seq: z.int().min(1) }),
  atMs: Count,
  tenant: TenantId,
  requestId: Uuid,
};

/** The tenant of events about the line itself. No tenant can have this name, so only an operator reads them. */
export const SYSTEM_TENANT = "_signalbox";

/** The head of an event that belongs to no request and to no tenant. */
export const systemEventHead = { ...eventHead, tenant: z.literal(SYSTEM_TENANT), requestId: z.null() };

/** The DSSE payload types; the leaf's `type` column is derived from them. */
export const PAYLOAD_TYPES = {
  decision: "application/vnd.signalbox.decision.v1+json",
  outcome: "application/vnd.signalbox.outcome.v1+json",
  superseded: "application/vnd.signalbox.superseded.v1+json",
  gap: "application/vnd.signalbox.gap.v1+json",
  key: "application/vnd.signalbox.key.v1+json",
  admin: "application/vnd.signalbox.admin.v1+json",
  feedback: "application/vnd.signalbox.feedback.v1+json",
  erasure: "application/vnd.signalbox.erasure.v1+json",
  replay: "application/vnd.signalbox.replay.v1+json",
} as const;

const TYPES = new Map(Object.entries(PAYLOAD_TYPES).map(([type, payloadType]) => [payloadType as string, type]));

/** The type of the events with this payload type; undefined when no event has it. */
export function eventTypeOf(payloadType: string): keyof typeof PAYLOAD_TYPES | undefined {
  return TYPES.get(payloadType) as keyof typeof PAYLOAD_TYPES | undefined;
}

/** The largest leaf: C2SP entry bundles carry a 16-bit length. */
export const LEAF_MAX_BYTES = 65_535;

/** The plain values behind the keyed digests of a leaf: kept in erasable columns, never signed. */
export const Labels = z.strictObject({
  user: z.string().max(512).optional(),
  metadata: z.record(z.string(), z.string().max(512)).optional(),
  tags: z.array(z.string().max(128)).max(16).optional(),
});
export type Labels = z.infer<typeof Labels>;
