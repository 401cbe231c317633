import type { Recorder } from "@signalbox/kit";
import { SignalboxError, type FeedbackEvent } from "@signalbox/proto";
import { z } from "zod";
import { decisionParam } from "../decisions/decision-routes.ts";
import type { LedgerReader } from "../decisions/ledger-reader.ts";
import { readInput } from "../http/read-input.ts";
import type { Route } from "../http/route.ts";
import { TenantPlaces } from "../http/tenant-places.ts";
import { tenantDigest } from "../keys/tenant-digest.ts";

const BODY_LIMITS = { maxBytes: 16 * 1024, timeoutMs: 10_000 };
/** How many may be on their way to the register at once. */
const FEEDBACKS_MAX = 64;
const COMMENT_MAX_CHARS = 4_096;
const MICRO = 1_000_000;
const RETRY_FOR_MS = 2_000;

const NewFeedback = z
  .strictObject({
    /** From 0, useless, to 1, perfect. */
    score: z.number().min(0).max(1).optional(),
    good: z.boolean().optional(),
    /** Recorded as a keyed digest, and kept nowhere. */
    comment: z.string().min(1).max(COMMENT_MAX_CHARS).optional(),
  })
  .refine(({ score, good }) => score !== undefined || good !== undefined, {
    path: ["score"],
    message: "say a score from 0 to 1, or whether it was good",
  });

/** Takes callers' ratings of answers and records them beside the decision, as rewards for `replay --evaluate`. */
export function feedbackRoutes({ ledger, recorder }: { ledger: LedgerReader; recorder: Recorder }): Route[] {
  const places = new TenantPlaces(FEEDBACKS_MAX, "feedback is under way");
  const route: Route = {
    method: "POST",
    path: "/v1/decisions/:id/feedback",
    access: "ask",
    async handle({ request, reply, principal }) {
      const id = decisionParam(request.params);
      const { score, good, comment } = await readInput(request.raw, NewFeedback, BODY_LIMITS);
      const { decision } = await ledger.get(principal, id);
      if (decision === undefined) throw new SignalboxError("not-found", "The request came to no decision.");
      const { tenant, requestId, decisionId } = decision;
      const event: Omit<FeedbackEvent, "eventId" | "producer" | "atMs"> = {
        schema: "signalbox.event.feedback.v1",
        tenant,
        requestId,
        decisionId,
        keyId: principal.keyId,
        score: score === undefined ? null : Math.round(score * MICRO),
        good: good ?? null,
        comment: comment === undefined ? null : tenantDigest(principal.digestKey, comment),
      };
      const toRecord = { type: "feedback", tenant, event, audit: "async", retryForMs: RETRY_FOR_MS } as const;
      await places.within(principal.tenant, () => recorder.record(toRecord));
      reply.code(201);
      return { object: "feedback", decisionId, score: score ?? null, good: good ?? null };
    },
  };
  return [route];
}
