import { z } from "zod";
import { Uuid } from "../ids.ts";

/** The most in one message; more are sent in several. */
export const ERASED_ANSWERS_MAX = 4_096;

/** Cached answers that were erased: an instance that holds one in memory drops it. */
export const ErasedAnswers = z.strictObject({ entryIds: z.array(Uuid).min(1).max(ERASED_ANSWERS_MAX) });
export type ErasedAnswers = z.infer<typeof ErasedAnswers>;
