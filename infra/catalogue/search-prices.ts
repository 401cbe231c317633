import type { Price, PriceTier } from "@signalbox/proto";

type Search = Pick<PriceTier, "webSearch" | "webSearchOnce" | "webSearchAlways" | "webSearchAtMost">;
type Row = readonly [provider: string, models: RegExp, search: Search];

/** 10 USD for a thousand searches (https://platform.claude.com/docs/en/about-claude/pricing). */
const CLAUDE: Row = ["anthropic", /^claude-/, { webSearch: 10_000 }];

/**
 * Models that reason pay 10 USD for a thousand searches, with either of the tools. The others pay that or 25 USD, by a tool that no report
 * names (https://developers.openai.com/api/docs/pricing, "Built-in tools", by
 * https://www.modelcostwatch.com/openai/tool-costs/web-search of 2026-03-12). Models that are made to search do so for each answer, of
 * which Chat Completions reports nothing (https://developers.openai.com/api/docs/guides/tools-web-search).
 */
const OPENAI: readonly Row[] = [
  ["openai", /^gpt-4.*-search-preview/, { webSearch: 25_000, webSearchAlways: true }],
  ["openai", /^gpt-\d.*-search-api/, { webSearch: 10_000, webSearchAlways: true }],
  ["openai", /^(?:o\d|gpt-[5-9])(?!.*-chat)/, { webSearch: 10_000 }],
  ["openai", /^gpt-[4-9]/, { webSearch: 25_000, webSearchAtMost: true }],
];

/**
 * Beyond those that are free in a month or a day: 14 USD for a thousand from Gemini 3 on, and before it 35 USD for a thousand prompts that
 * were searched for, however often (https://ai.google.dev/gemini-api/docs/pricing, 2026-09-20 and 2026-10-07).
 */
const GEMINI: readonly Row[] = [
  ["google", /^gemini-3/, { webSearch: 14_000 }],
  ["google", /^gemini-2/, { webSearch: 35_000, webSearchOnce: true }],
];

const ROWS: readonly Row[] = [CLAUDE, ...OPENAI, ...GEMINI];

/** A token price, which may be the config's own, completed by the provider's price of web searches. */
export function withSearches(provider: string, model: string, price: Price): Price {
  const search = ROWS.find(([name, models]) => name === provider && models.test(model))?.[2];
  return search === undefined ? price : price.map((tier) => ({ ...tier, ...search }));
}
