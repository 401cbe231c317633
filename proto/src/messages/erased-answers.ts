import { z } from "zod";
import { Uuid } from "../ids.ts";

/** More go in several messages. */
export const ERASED_ANSWERS_MAX = 4_096;

/** Kept answers whose rows are gone: whoever holds one in memory forgets it. */
export const ErasedAnswers = z.strictObject({ entryIds: z.array(Uuid).min(1).max(ERASED_ANSWERS_MAX) });
export type ErasedAnswers = z.infer<typeof ErasedAnswers>;
