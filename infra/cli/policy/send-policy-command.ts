import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { POLICY_CONTROL_SUBJECT, PolicyAnswer, type PolicyCommand } from "@signalbox/proto";
import type { Connection } from "../connection.ts";
import { failure } from "../failure.ts";
import { asNatsOperator } from "../nats-operator.ts";
import { formatProblems } from "./policy-files-at.ts";

/** A policy's own tests over a large catalogue take a while. */
const ANSWER_TIMEOUT_MS = 30_000;

type Answer<K extends PolicyAnswer["kind"]> = Extract<PolicyAnswer, { kind: K }>;

/** Asks a running policy service. Throws what it refuses or cannot do. */
export async function sendPolicyCommand<K extends PolicyAnswer["kind"]>(
  { home, runtime }: Connection,
  command: PolicyCommand,
  expected: K,
): Promise<Answer<K>> {
  if (runtime?.natsUrl === undefined) {
    throw failure(
      "stage-unavailable",
      `The line's NATS is not named in ${join(home, "run", "runtime.json")}.`,
      "Run this as the user who started the line, with its --home DIR.",
    );
  }
  const answer = await asNatsOperator(runtime.natsUrl, async (nats) => {
    const message = await nats.request(POLICY_CONTROL_SUBJECT, JSON.stringify(command), { timeout: ANSWER_TIMEOUT_MS });
    return PolicyAnswer.parse(message.json());
  }).catch((error: unknown) => {
    throw failure(
      "stage-unavailable",
      `The policy service does not answer (${(error as Error).message}).`,
      "Look at the line with `npm run -s signalbox -- doctor`.",
    );
  });
  if (answer.kind === expected) return answer as Answer<K>;
  if (answer.kind === "refused") {
    throw failure(
      "unprocessable",
      formatProblems(answer.problems),
      "Nothing was changed; the last policy stays in force.",
    );
  }
  const said = answer.kind === "failed" ? answer.message : `It answered with ${answer.kind}.`;
  throw failure("unprocessable", said, "Nothing was changed.");
}

/** Who is at the keyboard: it stands in the history. */
export function actor(): string {
  return `${userInfo().username}@${hostname()}`.slice(0, 128);
}
