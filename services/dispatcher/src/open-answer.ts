import { egressOf, reportedUsage } from "@signalbox/dialects";
import type { PlanEndpoint, SignalboxError } from "@signalbox/proto";
import type { AttemptTrace } from "./attempt.ts";
import { callProvider, type ProviderAnswer, type ProviderCall } from "./call-provider.ts";
import type { Deadline } from "./deadline.ts";
import { readErrorBody } from "./read-error-body.ts";

type Call = Omit<ProviderCall, "signal"> & { readonly endpoint: PlanEndpoint };

/** Sends a request and resolves when its answer begins. Throws what the provider says in place of an answer. */
export async function openAnswer(call: Call, { signal }: Deadline, trace: AttemptTrace): Promise<ProviderAnswer> {
  const startedMs = performance.now();
  const answer = await callProvider({ ...call, signal });
  // A socket's error after the head must not become an unhandled one while nobody reads.
  answer.body.on("error", () => {});
  trace.httpStatus = answer.status;
  trace.firstByteMs = performance.now() - startedMs;
  if (answer.status !== 200) throw await readError(answer, call, trace);
  return answer;
}

/** A provider's answer that is no success. What it says that it bills goes to the trace. */
async function readError(
  { status, header, body }: ProviderAnswer,
  { provider: { name: provider, secrets }, endpoint: { dialect } }: Call,
  trace: AttemptTrace,
): Promise<SignalboxError> {
  const bodyText = await readErrorBody(body);
  trace.reported = reportedUsage(dialect, bodyText);
  return egressOf(dialect).parseError({ status, header, bodyText, provider, nowMs: Date.now(), secrets });
}
