import { join } from "node:path";
import { askPolicy } from "@signalbox/kit/ask-policy";
import { type PolicyAnswer, type PolicyCommand, SignalboxError } from "@signalbox/proto";
import type { Connection } from "../connection.ts";
import { failure } from "../failure.ts";
import { asNatsOperator } from "../nats-operator.ts";
import { formatProblems } from "./policy-files-at.ts";

/** Asks a running policy service. Throws what it refuses or cannot do. */
export async function sendPolicyCommand<K extends PolicyAnswer["kind"]>(
  { home, runtime }: Connection,
  command: PolicyCommand,
  expected: K,
): Promise<Extract<PolicyAnswer, { kind: K }>> {
  if (runtime?.natsUrl === undefined) {
    throw failure(
      "stage-unavailable",
      `The line's NATS is not named in ${join(home, "run", "runtime.json")}.`,
      "Start the line with `npm start`, and run this as the same user, with its --home DIR.",
    );
  }
  try {
    return await asNatsOperator(runtime.natsUrl, (nats) => askPolicy(nats, command, expected));
  } catch (error) {
    throw told(error);
  }
}

function told(error: unknown): SignalboxError {
  const { code, message, details, cause } = SignalboxError.from(error);
  if (details.problems !== undefined) {
    const problems = formatProblems(details.problems);
    return failure("unprocessable", problems, "Nothing was changed; the last policy stays in force.");
  }
  if (code === "not-found" || code === "unprocessable") return failure(code, message, "Nothing was changed.");
  const why = cause instanceof Error ? cause.message : message;
  return failure(
    "stage-unavailable",
    `The policy service does not answer (${why}).`,
    "Look at the line with `npm run -s signalbox -- doctor`.",
  );
}
