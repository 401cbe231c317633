import type { JsonObject } from "@signalbox/dialects";
import type { TranslationLoss, Usage } from "@signalbox/proto";

/** An answer that came to its end as it should. */
export type CompleteAnswer = {
  readonly usage: Usage;
  readonly finish: string | null;
  /** What is left to be given out, in the caller's dialect: all of a whole answer, nothing of a stream. */
  readonly content: string;
  /** What the caller's dialect could not show of it; absent: nothing, or nothing was translated. */
  readonly losses?: readonly TranslationLoss[];
  /** What a stream still owes its caller once its outcome is recorded. */
  readonly tail: string;
  /** The whole answer as the provider would have sent it, for the cache; null when it cannot be kept. */
  readonly whole: () => JsonObject | null;
};
