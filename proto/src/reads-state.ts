import type { WireName } from "./dialects.ts";
import type { SignedState } from "./messages/signed-state.ts";

const CLAUDE = /anthropic|claude/i;

/**
 * The makers whose reasoning state OpenRouter passes on, by the prefix of their models' names
 * (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens).
 */
const HANDED_ON: Partial<Record<WireName, string>> = {
  "anthropic-messages": "anthropic/",
  "openai-responses": "openai/",
};

/**
 * Whether an endpoint can read the state. A signature of Claude's is valid at Anthropic and at Bedrock alike
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking); for redacted blocks nobody says so.
 */
export function readsState(
  { provider, dialect, model }: { readonly provider: string; readonly dialect: WireName; readonly model: string },
  { wire, kinds }: SignedState,
): boolean {
  if (dialect === wire) return true;
  if (provider === "litellm") return wire === "anthropic-messages" && CLAUDE.test(model);
  if (provider === "openrouter") return model.startsWith(HANDED_ON[wire] ?? "/");
  const isClaudes = wire === "anthropic-messages" && dialect === "bedrock-converse" && CLAUDE.test(model);
  return isClaudes && kinds.every((kind) => kind === "signature");
}
