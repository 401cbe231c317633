import { HEALTH_SUBJECT, HealthSnapshot } from "@signalbox/proto";
import { z } from "zod";
import { asNatsOperator } from "./nats-operator.ts";

const REQUEST_TIMEOUT_MS = 2_000;

/** Policy's answer, as far as it is read here. */
const HealthAnswer = z.looseObject({ health: HealthSnapshot });

/** What policy has learned of the endpoints that were tried, by endpoint; null when nobody tells. */
export async function readHealth(
  natsUrl: string | undefined,
): Promise<Map<string, HealthSnapshot["endpoints"][number]> | null> {
  if (natsUrl === undefined) return null;
  try {
    const answer = await asNatsOperator(natsUrl, (connection) =>
      connection.request(HEALTH_SUBJECT, new Uint8Array(), { timeout: REQUEST_TIMEOUT_MS }),
    );
    const { health: snapshot } = HealthAnswer.parse(answer.json());
    return new Map(snapshot.endpoints.map((health) => [health.endpoint, health]));
  } catch {
    return null;
  }
}
