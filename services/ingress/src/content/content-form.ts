import { DIALECTS, TenantId, Uuid } from "@signalbox/proto";
import { z } from "zod";

const LIST_MAX = 500;

/** What was asked and answered, as it crossed the wire. */
export const RetainedContent = z.strictObject({
  dialect: z.enum(DIALECTS),
  /** What the request says outside of its body, in dialects that do. */
  envelope: z.unknown().optional(),
  /** The body as the caller sent it, and the answer as it was written, a stream with its frames. */
  request: z.string(),
  answer: z.string(),
  /** False: the answer was longer than is retained. */
  isWhole: z.boolean(),
});
export type RetainedContent = z.infer<typeof RetainedContent>;

export const ContentHead = z.strictObject({
  object: z.literal("content"),
  requestId: Uuid,
  tenant: TenantId,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  /** As it is kept. */
  bytes: z.int(),
});
export type ContentHead = z.infer<typeof ContentHead>;

export const ContentQuery = z.strictObject({
  tenant: TenantId.optional(),
  /** The previous page's last `requestId`. */
  before: Uuid.optional(),
  limit: z.coerce.number().int().min(1).max(LIST_MAX).default(50),
});
export type ContentQuery = z.infer<typeof ContentQuery>;

export const ContentList = z.strictObject({
  object: z.literal("list"),
  data: z.array(ContentHead),
  has_more: z.boolean(),
});

export const ContentAnswer = ContentHead.extend({ content: RetainedContent });

const USER_MAX_CHARS = 512;
const Time = z.iso.datetime({ offset: true });

/** All of a tenant's, what of it was kept within a time, or what is kept of the requests that named one end user. */
export const NewErasure = z
  .strictObject({
    tenant: TenantId,
    from: Time.optional(),
    before: Time.optional(),
    /** As the requests had it. */
    user: z.string().min(1).max(USER_MAX_CHARS).optional(),
  })
  .refine(({ user, from, before }) => user === undefined || (from === undefined && before === undefined), {
    path: ["user"],
    message: "all of a user's is erased, of whatever time",
  })
  .refine(
    ({ from, before }) =>
      from === undefined || Date.parse(from) < (before === undefined ? Infinity : Date.parse(before)),
    {
      path: ["from"],
      message: "it is not before the other time",
    },
  );
export type NewErasure = z.infer<typeof NewErasure>;

export const Erased = z.strictObject({
  object: z.literal("erasure"),
  tenant: TenantId,
  /** Requests whose content is gone, and what is gone with it: answers of the cache, and rows of stored responses. */
  erased: z.int(),
  cachedAnswers: z.int(),
  storedResponses: z.int(),
  /** Requests whose plain `user`, `metadata` and tags are gone. */
  labels: z.int(),
});
