import {
  POLICY_CONTROL_SUBJECT,
  PolicyAnswer,
  type PolicyCommand,
  type PolicyProblem,
  SignalboxError,
} from "@signalbox/proto";
import type { NatsConnection } from "nats";
import { stageUnavailable } from "./forwarder.ts";

/** A policy's own tests over a large catalogue take a while. */
const ANSWER_TIMEOUT_MS = 30_000;

type Answer<K extends PolicyAnswer["kind"]> = Extract<PolicyAnswer, { kind: K }>;

/**
 * Has any one policy service carry out an operator's command. Rejects with `unprocessable`, whose `details.problems`
 * say what is wrong in which line; with `not-found` for a version that is not known; with `stage-unavailable` when none
 * answers.
 */
export async function askPolicy<K extends PolicyAnswer["kind"]>(
  nats: NatsConnection,
  command: PolicyCommand,
  expected: K,
): Promise<Answer<K>> {
  const answer = await nats
    .request(POLICY_CONTROL_SUBJECT, JSON.stringify(command), { timeout: ANSWER_TIMEOUT_MS })
    .then((message) => PolicyAnswer.parse(message.json()))
    .catch((error: unknown) => {
      const { message, details } = stageUnavailable("policy");
      throw new SignalboxError("stage-unavailable", message, { details, cause: error });
    });
  if (answer.kind === expected) return answer as Answer<K>;
  if (answer.kind === "refused") throw policyRefusal(answer.problems);
  if (answer.kind === "failed") throw new SignalboxError(answer.code ?? "internal", answer.message);
  throw new SignalboxError("internal", `The policy service answered with ${answer.kind}.`);
}

/** `unprocessable`, with what is wrong in which line; the message tells the first of it. */
export function policyRefusal(problems: readonly PolicyProblem[]): SignalboxError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const where = first === undefined ? "" : `: ${first.file}:${first.line}: ${first.text}${more}`;
  return new SignalboxError("unprocessable", `The policy is refused, and the last one stays in force${where}`, {
    details: { param: "files", problems },
  });
}
