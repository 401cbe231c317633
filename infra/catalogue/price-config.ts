import { z } from "zod";
import { section } from "../config/section.ts";
import { microUsd } from "./micro-usd.ts";

const UsdPerMillion = z
  .number()
  .refine(isPrice, "a price is USD per million tokens, zero or more, with at most six decimals");

const priceFields = {
  inputUsdPerMillion: UsdPerMillion.describe("Prompt tokens."),
  outputUsdPerMillion: UsdPerMillion.describe("Answer tokens, reasoning included."),
  cacheReadUsdPerMillion: UsdPerMillion.optional().describe(
    "Prompt tokens read from the provider's cache; else the prompt price.",
  ),
  cacheWriteUsdPerMillion: UsdPerMillion.optional().describe(
    "Prompt tokens written to the provider's cache; else the prompt price.",
  ),
  cacheWriteHourUsdPerMillion: UsdPerMillion.optional().describe(
    "Of them, those to be kept for an hour; else what any write costs.",
  ),
};

/** The price of a model in USD per million tokens. */
export const PriceConfig = section({
  ...priceFields,
  tiers: z
    .array(
      section({
        aboveInputTokens: z.int().min(1).describe("The tier holds for prompts longer than this."),
        ...priceFields,
      }),
    )
    .max(7)
    .default([])
    .describe(
      "Other prices for long prompts; the tier with the largest bound that the prompt exceeds holds for the whole request.",
    ),
});
export type PriceConfig = z.infer<typeof PriceConfig>;

function isPrice(usd: number): boolean {
  try {
    microUsd(usd);
    return true;
  } catch {
    return false;
  }
}
