import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type { DueAlert } from "./alert-store.ts";

const TIMEOUT_MS = 5_000;
const SECRET_MIN_BYTES = 16;
const MS_PER_SECOND = 1_000;
const MICRO = 1_000_000;
const GONE = 410;

export type Webhook = { readonly url: string; readonly secret: Buffer };

/**
 * Reads the webhook's secret from its file: any text of at least 16 bytes, or `whsec_` and base64, as Standard Webhooks
 * writes it. Throws when it is shorter.
 */
export function readWebhook({ url, secretFile }: { url: string; secretFile: string }): Webhook {
  const text = readFileSync(secretFile, "utf8").trim();
  const secret = text.startsWith("whsec_") ? Buffer.from(text.slice("whsec_".length), "base64") : Buffer.from(text);
  if (secret.length < SECRET_MIN_BYTES) {
    throw new Error(`the secret of the webhook in ${secretFile} is shorter than ${SECRET_MIN_BYTES} bytes`);
  }
  return { url, secret };
}

type Told = "told" | "refused" | "gone";

/**
 * Posts one alert, signed by Standard Webhooks (https://github.com/standard-webhooks/standard-webhooks). Its id is the same
 * at every try, so that a receiver recognises an alert whose answer was lost. Rejects when nobody answers.
 */
export async function postAlert({ url, secret }: Webhook, alert: DueAlert): Promise<Told> {
  const id = `budget-alert-${alert.account}-${alert.share}`;
  const timestamp = String(Math.floor(Date.now() / MS_PER_SECOND));
  const body = JSON.stringify(messageOf(alert));
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64");
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "signalbox",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (response.ok) return "told";
  return response.status === GONE ? "gone" : "refused";
}

function messageOf(alert: DueAlert): object {
  const { budget, subject, unit, share, settled, amount, startsMs, endsMs, atMs } = alert;
  return {
    type: "budget.alert",
    timestamp: new Date(atMs).toISOString(),
    data: {
      budget,
      ...(subject === "" ? {} : { subject }),
      unit,
      share: share / MICRO,
      spent: settled,
      limit: amount,
      startsAt: startsMs === 0 ? null : new Date(startsMs).toISOString(),
      endsAt: endsMs === null ? null : new Date(endsMs).toISOString(),
    },
  };
}
