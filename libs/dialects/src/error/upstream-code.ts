import type { ErrorCode } from "@signalbox/proto";

/** What a provider says beside the status and the message. */
export type UpstreamWords = { readonly upstreamCode?: string; readonly upstreamType?: string };

/** In a provider's own code of an error: a rate or a quota is used up. */
export const RATE_WORDS = /rate.?limit|too.?many|quota/i;

/** The code for a provider's HTTP status; `message` is what the provider says, and `words` are its own code and type. */
export function codeOfStatus(status: number, message: string, words: UpstreamWords = {}): ErrorCode {
  const known = CODES.get(words.upstreamCode ?? "") ?? CODES.get(words.upstreamType ?? "");
  if (known !== undefined && status >= 400 && status < 500) return known;
  const worded = WORDINGS.find(({ statuses, says }) => statuses.includes(status) && says.test(message));
  return worded?.code ?? plainCodeOf(status);
}

function plainCodeOf(status: number): ErrorCode {
  // Cohere answers a token that it does not know with 498, and a request that it gave up with 499.
  if (status === 401 || status === 402 || status === 403 || status === 498) return "upstream-auth";
  if (status === 404) return "upstream-not-found";
  if (status === 408 || status === 504) return "upstream-timeout";
  if (status === 429) return "upstream-rate-limited";
  return status >= 400 && status < 500 && status !== 409 && status !== 499
    ? "upstream-invalid-request"
    : "upstream-error";
}

/**
 * Words of providers that say more than their status. A quota that is used up is none of them where a host uses the word for a rate, too
 * (`insufficient_quota` of OpenAI and Alibaba).
 */
const CODES: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  // OpenAI, Alibaba.
  ["invalid_api_key", "upstream-auth"],
  ["billing_hard_limit_reached", "upstream-auth"],
  // Alibaba: overdue payment is a 400 (https://help.aliyun.com/en/model-studio/error-code).
  ["Arrearage", "upstream-auth"],
  // Moonshot: an account without balance is a 403 or a 429.
  ["exceeded_current_quota_error", "upstream-auth"],
  // Anthropic: what keeps an account from all of its models, some of it a 400 or a 429, and what one request refers to.
  ["organization_on_hold", "upstream-auth"],
  ["cmek_key_disabled", "upstream-auth"],
  ["cmek_key_network_blocked", "upstream-auth"],
  ["contract_spend_limit_reached", "upstream-auth"],
  ["enforced_spend_limit_reached", "upstream-auth"],
  ["thread_not_found", "upstream-invalid-request"],
  ["model_not_found", "upstream-not-found"],
  ["previous_response_not_found", "upstream-invalid-request"],
  // Mistral, Perplexity: a 400.
  ["invalid_model", "upstream-not-found"],
  ["content_filter", "upstream-invalid-request"],
  ["content_policy_violation", "upstream-invalid-request"],
  ["data_inspection_failed", "upstream-invalid-request"],
]);

type Wording = { readonly statuses: readonly number[]; readonly says: RegExp; readonly code: ErrorCode };

/**
 * What tells an error apart by its words alone. Those that keep an endpoint from all callers for a while are compared from the message's
 * beginning, where nothing stands that a caller chose: a tool called `get_api_key` must not look like a wrong key.
 */
const WORDINGS: readonly Wording[] = [
  // xAI and Google answer a wrong key with 400.
  {
    statuses: [400],
    says: /^(?:incorrect|invalid|missing) api key\b|^api key (?:not (?:valid|found)|expired|invalid)\b/i,
    code: "upstream-auth",
  },
  // Google, where this machine stands and not what was asked.
  { statuses: [400], says: /^User location is not supported/, code: "upstream-auth" },
  // OpenAI: a quota that is used up is a 429. Alibaba says the same of a rate, and refers to a page of its own.
  {
    statuses: [429],
    says: /^You exceeded your current quota\b.{0,200}\bplatform\.openai\.com\b/,
    code: "upstream-auth",
  },
  // Z.AI: an account without balance is a 429.
  { statuses: [429], says: /^Insufficient balance\b/, code: "upstream-auth" },
  // DeepSeek; Mistral; Z.AI; MiniMax; OpenRouter.
  {
    statuses: [400, 422],
    says: /^Model Not Exist\b|^Invalid model: |^Unknown Model\b|^invalid params, unknown model\b|^[\w./:@-]{1,200} is not a valid model ID\b/i,
    code: "upstream-not-found",
  },
  // What a request refers to and its provider does not keep: OpenAI, Anthropic, Google. It keeps no other request from being answered.
  {
    statuses: [403, 404],
    says: /^(?:item|previous response|response|container) with id\b|^no such (?:file|vector store)\b|^(?:file|container)\b.{0,200}\bnot found\b|^CachedContent not found\b|^You do not have permission to access the File\b/i,
    code: "upstream-invalid-request",
  },
  // xAI and OpenRouter answer what their filter finds with 403.
  {
    statuses: [403],
    says: /\bviolates usage guidelines\b|\binput was flagged\b/i,
    code: "upstream-invalid-request",
  },
];
