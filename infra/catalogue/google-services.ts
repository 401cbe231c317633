import { type PriceTier, scaledPrice } from "@signalbox/proto";

/** Flex and batch cost half (https://ai.google.dev/gemini-api/docs/optimization, read 2026-11-22). */
const HAS_SERVICES = /^gemini-(?:2\.5|3)/;

/**
 * Priority costs "75% to 100% more" (the same page); by the price list it is 1.8 times the usual of these models, as LiteLLM (MIT) has it
 * of each at commit 00035b6 of its model_prices_and_context_window.json. Of the others nobody says which, and `servicePriceOf` takes the most.
 */
const PRIORITY = new Set([
  "gemini-3-flash-preview",
  "gemini-3-pro-preview",
  "gemini-3.1-flash-lite",
  "gemini-3.1-pro-preview",
  "gemini-3.1-pro-preview-customtools",
  "gemini-3.5-flash",
]);

/** The page has one price for all that a Pro reads; of others the list has the price of sound. */
const ONE_INPUT_PRICE = /^gemini-(?:2\.5|3(?:\.\d)?)-pro/;

/** What Google charges for a Gemini beside what the list says. */
export function google(model: string, listed: PriceTier): PriceTier {
  const tier = ONE_INPUT_PRICE.test(model) ? { ...listed, audioInput: listed.input } : listed;
  const half = scaledPrice(tier, (price) => Math.ceil(price / 2));
  const priority = PRIORITY.has(model) ? { priority: scaledPrice(tier, (price) => Math.ceil((price * 9) / 5)) } : {};
  return {
    ...tier,
    ...(HAS_SERVICES.test(model) ? { services: { batch: half, flex: half, ...priority } } : {}),
  };
}
