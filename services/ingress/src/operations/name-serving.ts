import { type PlainOperation, SignalboxError } from "@signalbox/proto";

const NAMED_MAX = 12;

/** Adds to a `model-not-found` the configured models that serve the operation or, where there is none, models that would. */
export function nameServing(
  error: SignalboxError,
  known: { operation: PlainOperation; serving: readonly string[]; offers: readonly string[] },
): SignalboxError {
  const { operation, serving, offers } = known;
  if (error.code !== "model-not-found") return error;
  const hint =
    serving.length > 0
      ? `These models serve ${operation} here: ${listOf(serving)}.`
      : `No configured model serves ${operation}.${offers.length === 0 ? "" : ` These would: ${listOf(offers)}.`}`;
  return new SignalboxError(error.code, `${error.message} ${hint}`, { details: error.details, cause: error.cause });
}

function listOf(names: readonly string[]): string {
  const named = names.slice(0, NAMED_MAX);
  return names.length > named.length ? `${named.join(", ")} and ${names.length - named.length} more` : named.join(", ");
}
