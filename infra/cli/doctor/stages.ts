import { FLOW, REQUEST_SUBJECTS } from "@signalbox/proto";
import { ErrorCode, type NatsConnection } from "nats";
import { asNatsOperator } from "../nats-operator.ts";
import { fail, ok, type Check } from "./check.ts";

/** The server says at once that nobody listens; a stage that listens ignores an empty message and says nothing. */
const SILENCE_MS = 300;

/** Whether an instance of each stage listens for requests. */
export function stagesCheck(natsUrl: string): Check {
  return {
    name: "stages",
    look: async () => {
      try {
        const missing = await asNatsOperator(natsUrl, missingStages);
        if (missing.length === 0) return ok("every stage of the line listens");
        return fail(
          `nobody listens as ${missing.join(", ")}`,
          "Read that service's log below <home>/logs; requests are refused with 503 until it is back.",
        );
      } catch (error) {
        return fail(`NATS does not tell: ${(error as Error).message}`, "Read <home>/logs/nats.log.");
      }
    },
  };
}

async function missingStages(connection: NatsConnection): Promise<string[]> {
  const asked = await Promise.all(
    Object.entries(REQUEST_SUBJECTS).map(async ([name, subject]) => {
      const stage = FLOW.find(({ consumes }) => consumes === `request.${name}`)?.stage ?? name;
      return (await listens(connection, subject)) ? null : stage;
    }),
  );
  return asked.filter((stage) => stage !== null);
}

async function listens(connection: NatsConnection, subject: string): Promise<boolean> {
  try {
    await connection.request(subject, new Uint8Array(), { timeout: SILENCE_MS });
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== ErrorCode.NoResponders;
  }
}
