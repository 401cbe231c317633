import type { WireName } from "./dialects.ts";
import type { SignedState } from "./messages/signed-state.ts";

const CLAUDE = /anthropic|claude/i;

/**
 * How OpenRouter's models of a maker begin, whose state it hands on
 * (https://openrouter.ai/docs/guides/best-practices/reasoning-tokens).
 */
const HANDED_ON: Partial<Record<WireName, string>> = {
  "anthropic-messages": "anthropic/",
  "openai-responses": "openai/",
};

/**
 * Whether an endpoint can read the state. What Claude signs is good at Anthropic and at Bedrock alike
 * (https://platform.claude.com/docs/en/build-with-claude/extended-thinking); nobody says so of what it redacts.
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
