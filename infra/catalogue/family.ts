/**
 * Names that different hosts use for the same weights, after the rules below: name → family.
 * An entry stands here only where the hosts' own documentation names the same release.
 */
const SAME_WEIGHTS: Readonly<Record<string, string>> = {
  "llama-3.1-8b-instant": "llama-3.1-8b-instruct",
  "llama-3.3-70b-versatile": "llama-3.3-70b-instruct",
  "meta-llama-3-8b-instruct": "llama-3-8b-instruct",
  "meta-llama-3-70b-instruct": "llama-3-70b-instruct",
  "meta-llama-3.1-8b-instruct": "llama-3.1-8b-instruct",
  "meta-llama-3.1-70b-instruct": "llama-3.1-70b-instruct",
  "meta-llama-3.1-405b-instruct": "llama-3.1-405b-instruct",
  "llama3-1-8b-instruct": "llama-3.1-8b-instruct",
  "llama3-1-70b-instruct": "llama-3.1-70b-instruct",
  "llama3-3-70b-instruct": "llama-3.3-70b-instruct",
  "llama4-maverick-17b-instruct": "llama-4-maverick",
  "llama4-scout-17b-instruct": "llama-4-scout",
  "llama-4-maverick-17b-128e-instruct": "llama-4-maverick",
  "llama-4-scout-17b-16e-instruct": "llama-4-scout",
  "qwen-2.5-72b-instruct": "qwen2.5-72b-instruct",
  "qwen2-5-72b-instruct": "qwen2.5-72b-instruct",
  "qwen2-5-32b-instruct": "qwen2.5-32b-instruct",
  "qwen2-5-14b-instruct": "qwen2.5-14b-instruct",
  "qwen-2.5-7b-instruct": "qwen2.5-7b-instruct",
  "qwen2-5-7b-instruct": "qwen2.5-7b-instruct",
  "qwen2-5-vl-72b-instruct": "qwen2.5-vl-72b-instruct",
  "qwen-2.5-coder-32b-instruct": "qwen2.5-coder-32b-instruct",
  "qwen3-235b-a22b-2507": "qwen3-235b-a22b-instruct-2507",
  "qwen3-coder-480b-a35b": "qwen3-coder-480b-a35b-instruct",
  "qwen3-coder-30b-a3b": "qwen3-coder-30b-a3b-instruct",
  "deepseek-chat-v3-0324": "deepseek-v3-0324",
  "deepseek-chat-v3.1": "deepseek-v3.1",
  "deepseek-v3-1": "deepseek-v3.1",
  "cogito-v2-1-671b": "cogito-v2.1-671b",
  "kimi-k2-0905-preview": "kimi-k2-0905",
  "kimi-k2-instruct-0905": "kimi-k2-0905",
  "gpt-4o-mini-2024-07-18": "gpt-4o-mini",
  "mistral-large-3-675b-instruct": "mistral-large-2512",
  "mistral-large-3-675b-instruct-2512": "mistral-large-2512",
  "mistral-small-4-119b-2603": "mistral-small-2603",
  "ministral-3-3b-instruct": "ministral-3b-2512",
  "ministral-3-8b-instruct": "ministral-8b-2512",
  "ministral-3-14b-instruct": "ministral-14b-2512",
  "open-mixtral-8x7b": "mixtral-8x7b-instruct",
  "open-mixtral-8x22b": "mixtral-8x22b-instruct",
  "nemotron-nano-3-30b": "nemotron-3-nano-30b-a3b",
  "nemotron-super-3-120b": "nemotron-3-super-120b-a12b",
  "nvidia-nemotron-nano-9b-v2": "nemotron-nano-9b-v2",
  "gpt-oss-120b-1": "gpt-oss-120b",
  "gpt-oss-20b-1": "gpt-oss-20b",
  "cohere-command-r-08-2024": "command-r-08-2024",
  "cohere-command-r-plus-08-2024": "command-r-plus-08-2024",
  "zai-glm-4.7": "glm-4.7",
  "claude-3-haiku": "claude-3-haiku-20240307",
};

/** The same name for other weights, or for weights that move: these stay apart, as `provider/name`. */
const APART = [
  // DeepSeek's own names follow its newest release; hosts froze theirs at one revision or another.
  /\/deepseek-(?:chat|reasoner|v3|r1)$/,
  /-latest$/,
  /\/qwen-(?:plus|max|turbo|flash)$/,
  /\/qwen3-coder-(?:plus|flash)$/,
  /\/(?:mistral-nemo|mistral-large|mistral-medium-3|magistral-small)$/,
  // An Azure deployment pins whichever dated release its owner chose.
  /^azure\/gpt-4(?:o|-turbo)?$/,
];

const BEDROCK_REGION = /^(?:us|eu|au|jp|apac|global)\./;
/** Bedrock counts its own revisions of a model; Amazon's own models carry theirs in the name everywhere. */
const BEDROCK_REVISION = /^(?!nova)(.*?)-v\d+:\d+$|^(claude.*)-v\d+$/;

/**
 * The identity of a model over its hosts: `deepseek/deepseek-v3.2` at one and `deepseek-v3.2` at another are
 * `deepseek-v3.2`. It says that the weights are the same, so in doubt two names stay two families.
 */
export function familyOf(provider: string, model: string): string {
  const name = bareName(provider, model.toLowerCase());
  const qualified = `${provider}/${name}`;
  return APART.some((pattern) => pattern.test(qualified)) ? qualified : (SAME_WEIGHTS[name] ?? name);
}

function bareName(provider: string, id: string): string {
  let name = id
    .slice(id.lastIndexOf("/") + 1)
    .replace(/:free$/, "")
    .replace(/-fp8$/, "");
  if (provider === "fireworks") name = name.replace(/(\d)p(\d)/g, "$1.$2");
  if (provider === "bedrock") name = bedrockName(name);
  // Together serves these checkpoints quantised to eight bits under names of its own; Pearl's is a model of its own.
  if (provider === "together") name = name.replace(/-(?:turbo|tput)$/, "");
  if (id.startsWith("pearl-ai/")) name = `pearl-${name}`;
  return name.startsWith("claude-") ? claudeName(name) : name;
}

function bedrockName(id: string): string {
  const name = id
    .replace(BEDROCK_REGION, "")
    .replace(/^deepseek\./, "deepseek-")
    .replace(/^[a-z0-9]+\./, "");
  return name.replace(BEDROCK_REVISION, "$1$2").replace(/:\d+$/, "");
}

/** Anthropic's undated names of the fourth generation on each stand for their only dated release. */
function claudeName(name: string): string {
  const dashed = name.replace(/(\d)\.(\d)/g, "$1-$2");
  if (!/^claude-[a-z]+-[4-9]/.test(dashed)) return dashed;
  return dashed.replace(/-20\d{6}$/, "").replace(/^(claude-[a-z]+-\d)-0$/, "$1");
}
