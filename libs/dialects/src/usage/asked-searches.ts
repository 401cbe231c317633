import type { RequestFacts } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import type { NeutralTool } from "../neutral/tool.ts";
import { tokenCount } from "./token-count.ts";

/** Searches of one answer where the body sets no bound. Providers name none either: what goes beyond it is settled as reported. */
const ASSUMED_SEARCHES = 10;
/** As much as a body may set, so that any price of them is exact. */
const SEARCHES_MAX = 100_000;

/** The names of providers' own searches: OpenAI's and Anthropic's with dates behind them, and Google's. */
const SEARCH = /^(?:web_search|googleSearch)/;

/** How many searches of the web a request lets its provider make at the most; undefined where it allows none. */
export function askedSearches({ tools, source }: NeutralRequest): Pick<RequestFacts, "webSearches"> | undefined {
  const searches = tools.filter((tool) => tool.kind === "other" && SEARCH.test(tool.type));
  if (searches.length === 0) {
    // Chat Completions has no tool for it, and its field no bound.
    const asks = source.dialect === "openai-chat" && isObject(source.body["web_search_options"]);
    return asks ? { webSearches: ASSUMED_SEARCHES } : undefined;
  }
  // Only the Responses API has a bound on all calls of tools that the provider runs.
  const calls = source.dialect === "openai-responses" ? tokenCount(source.body["max_tool_calls"]) : 0;
  const most = calls > 0 ? calls : searches.reduce((sum, tool) => sum + usesOf(tool), 0);
  return { webSearches: Math.min(most, SEARCHES_MAX) };
}

function usesOf(tool: NeutralTool): number {
  return (tool.kind === "other" ? tokenCount(tool.body["max_uses"]) : 0) || ASSUMED_SEARCHES;
}
