import type { Price, PriceTier, RequestFacts } from "@signalbox/proto";

/**
 * Pico-USD, exact. A number while it is a safe integer, because bigint arithmetic over a thousand endpoints costs more
 * than all the rest of a decision; a bigint beyond. JavaScript compares the two exactly.
 */
export type Money = number | bigint;

/** What a request may use at the most. */
export type Tokens = {
  readonly input: number;
  readonly output: number;
  /** For how long the provider is asked to keep the prompt. */
  readonly written?: RequestFacts["cacheMarks"];
  /** The kind of service that is asked for. */
  readonly service?: AskedService;
};

type AskedService = Pick<RequestFacts, "serviceTier" | "usOnly">;

/** The tier with the largest `aboveInputTokens` that the prompt exceeds; the first when it exceeds none. */
export function tierOf(price: Price, inputTokens: number): PriceTier | undefined {
  let found = price[0];
  for (const tier of price) if (inputTokens > tier.aboveInputTokens) found = tier;
  return found;
}

/** What a tier costs at the most where this kind of service is asked for: a provider may give the usual one all the same. */
export function dearest(tier: PriceTier, { serviceTier, usOnly }: AskedService = USUAL): PriceTier {
  if (serviceTier === undefined && usOnly === undefined) return tier;
  const other = serviceTier === undefined ? undefined : tier.services?.[serviceTier];
  const micro = usOnly === true ? (tier.usOnlyMicro ?? ONE_MICRO) : ONE_MICRO;
  const most = (usual: number, asked: number | undefined): number => {
    const price = Math.max(usual, asked ?? usual);
    return micro === ONE_MICRO ? price : Math.ceil((price * micro) / ONE_MICRO);
  };
  const input = most(tier.input, other?.input);
  return {
    ...tier,
    input,
    output: most(tier.output, other?.output),
    cacheWrite: tier.cacheWrite === null ? null : most(tier.cacheWrite, other?.cacheWrite ?? undefined),
    ...(tier.cacheWriteHour === undefined ? {} : { cacheWriteHour: most(tier.cacheWriteHour, other?.cacheWriteHour) }),
  };
}

const USUAL: AskedService = {};
const ONE_MICRO = 1_000_000;

/** What a token of the prompt costs at the most: where it may be written to the provider's cache, no less than that. */
export function inputPriceOf({ input, cacheWrite, cacheWriteHour }: PriceTier, written: Tokens["written"]): number {
  if (written === undefined) return input;
  const most = Math.max(input, cacheWrite ?? input);
  return written === "1h" ? Math.max(most, cacheWriteHour ?? most) : most;
}

/**
 * Tokens × integer micro-USD per million tokens = pico-USD, with nothing rounded. No token is taken for read
 * from a cache: the estimate is what the request costs at the most.
 */
export function estimateCost(price: Price | null, tokens: Tokens): Money | null {
  const listed = price === null ? undefined : tierOf(price, tokens.input);
  if (listed === undefined) return null;
  const tier = dearest(listed, tokens.service);
  const inputPrice = inputPriceOf(tier, tokens.written);
  const sum = tokens.input * inputPrice + tokens.output * tier.output;
  // A rounded product is at least 2^53 and shows in the sum, so a safe sum has exact terms.
  if (Number.isSafeInteger(sum)) return sum;
  return BigInt(tokens.input) * BigInt(inputPrice) + BigInt(tokens.output) * BigInt(tier.output);
}
