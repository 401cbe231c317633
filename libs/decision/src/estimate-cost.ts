import {
  billedSearches,
  type Price,
  type PriceTier,
  type RequestFacts,
  servicePriceOf,
  tierOf,
} from "@signalbox/proto";

/**
 * Pico-USD, exact. A number while it is a safe integer, because bigint arithmetic over a thousand endpoints costs more
 * than all the rest of a decision; a bigint beyond. JavaScript compares the two exactly.
 */
export type Money = number | bigint;

/** What a request may use at the most. */
export type Tokens = {
  readonly input: number;
  readonly output: number;
  /** What is asked for beside them that may change their price, or has one of its own. */
  readonly asked?: Asked;
};

type Asked = Partial<Pick<RequestFacts, "serviceTier" | "usOnly" | "cacheMarks" | "audios" | "webSearches">>;

/** What a tier costs at the most where this kind of service is asked for: a provider may give the usual one all the same. */
export function dearest(tier: PriceTier, { serviceTier, usOnly }: Asked = USUAL): PriceTier {
  if (serviceTier === undefined && usOnly === undefined) return tier;
  const other = serviceTier === undefined ? undefined : servicePriceOf(tier, serviceTier);
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
    ...(tier.audioInput === undefined ? {} : { audioInput: most(tier.audioInput, other?.audioInput) }),
  };
}

const USUAL: Asked = {};
const ONE_MICRO = 1_000_000;

/**
 * What a token of the prompt costs at the most: where it may be written to the provider's cache, no less than that, and where the prompt
 * holds sound, no less than a token of sound.
 */
export function inputPriceOf(tier: PriceTier, { cacheMarks, audios = 0 }: Asked = USUAL): number {
  const { cacheWrite, cacheWriteHour, audioInput } = tier;
  const input = audios > 0 ? Math.max(tier.input, audioInput ?? tier.input) : tier.input;
  if (cacheMarks === undefined) return input;
  const most = Math.max(input, cacheWrite ?? input);
  return cacheMarks === "1h" ? Math.max(most, cacheWriteHour ?? most) : most;
}

/** What the searches cost that a provider may make for the answer. A place does not change their price. */
export function searchCostOf(tier: PriceTier, { webSearches = 0 }: Asked = USUAL): number {
  return billedSearches(tier, webSearches) * (tier.webSearch ?? 0) * PICO_PER_MICRO;
}

const PICO_PER_MICRO = 1_000_000;

/**
 * Tokens × integer micro-USD per million tokens = pico-USD, with nothing rounded. No token is taken for read
 * from a cache: the estimate is what the request costs at the most.
 */
export function estimateCost(price: Price | null, tokens: Tokens): Money | null {
  const listed = price === null ? undefined : tierOf(price, tokens.input);
  if (listed === undefined) return null;
  const tier = dearest(listed, tokens.asked);
  const inputPrice = inputPriceOf(tier, tokens.asked);
  const searches = searchCostOf(tier, tokens.asked);
  const sum = tokens.input * inputPrice + tokens.output * tier.output + searches;
  // A rounded product is at least 2^53 and shows in the sum, so a safe sum has exact terms.
  if (Number.isSafeInteger(sum)) return sum;
  return BigInt(tokens.input) * BigInt(inputPrice) + BigInt(tokens.output) * BigInt(tier.output) + BigInt(searches);
}
