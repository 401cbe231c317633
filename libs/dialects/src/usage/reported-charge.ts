import type { Usage } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** No single answer costs more; a greater figure is a mistake, or no sum in USD. */
const CHARGE_MAX_USD = 1_000;
const PICO_DIGITS = 12;
/** One of xAI's ticks is 10^-10 USD (https://docs.x.ai/developers/cost-tracking). */
const TICK_PICO_USD = 100n;

/**
 * What a provider says in a usage object that it charges, all of it: xAI in ticks, OpenRouter in USD, with what the caller's own key is
 * charged upstream beside it (https://openrouter.ai/docs/use-cases/usage-accounting), Perplexity itemised. Zero says nothing: hosts fill the field with it.
 */
export function reportedCharge(report: JsonObject): Pick<Usage, "chargedPicoUsd"> | undefined {
  const pico = chargeOf(report);
  return pico === null || pico === 0n || pico > PICO_MAX ? undefined : { chargedPicoUsd: pico.toString() };
}

const PICO_MAX = BigInt(CHARGE_MAX_USD) * 10n ** BigInt(PICO_DIGITS);

function chargeOf(report: JsonObject): bigint | null {
  const ticks = report["cost_in_usd_ticks"];
  if (typeof ticks === "number") return Number.isSafeInteger(ticks) && ticks > 0 ? BigInt(ticks) * TICK_PICO_USD : null;
  const { cost } = report;
  if (isObject(cost)) return picoUsdOf(cost["total_cost"]);
  // Other hosts write a number of their own under this name; OpenRouter's comes with what it is made of.
  const details = report["cost_details"];
  const isOwnKey = report["is_byok"] === true;
  if (!isObject(details) && typeof report["is_byok"] !== "boolean") return null;
  const charged = picoUsdOf(cost) ?? 0n;
  return isOwnKey && isObject(details) ? charged + (picoUsdOf(details["upstream_inference_cost"]) ?? 0n) : charged;
}

/** A sum in USD as pico-USD: exact as the number was written, rounded at the last digit. Null for what is no sum. */
export function picoUsdOf(usd: unknown): bigint | null {
  if (typeof usd !== "number" || !Number.isFinite(usd) || usd < 0 || usd > CHARGE_MAX_USD) return null;
  const [mantissa = "0", exponent = "0"] = usd.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const digits = BigInt(whole + fraction);
  const shift = Number(exponent) - fraction.length + PICO_DIGITS;
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const unit = 10n ** BigInt(-shift);
  return (digits + unit / 2n) / unit;
}
