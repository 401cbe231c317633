import { NO_QUIRKS, type RequestQuirks } from "@signalbox/dialects";

/** Hosts by the end of their name, with what is known to differ from OpenAI's own API. */
const BY_HOST: readonly (readonly [suffix: string, quirks: Partial<RequestQuirks>])[] = [
  ["api.openai.com", { maxTokensField: "max_completion_tokens" }],
  ["openai.azure.com", { maxTokensField: "max_completion_tokens" }],
  // Mistral refuses fields that it does not know, and reports usage on streams unasked.
  ["api.mistral.ai", { maxTokensField: "max_tokens", streamOptions: false, developerRole: false }],
  ["api.deepseek.com", { maxTokensField: "max_tokens", developerRole: false }],
  ["api.moonshot.ai", { maxTokensField: "max_tokens", developerRole: false }],
  ["api.moonshot.cn", { maxTokensField: "max_tokens", developerRole: false }],
  ["api.z.ai", { maxTokensField: "max_tokens", developerRole: false }],
  ["bigmodel.cn", { maxTokensField: "max_tokens", developerRole: false }],
  ["aliyuncs.com", { maxTokensField: "max_tokens", developerRole: false }],
  ["api.together.xyz", { maxTokensField: "max_tokens", developerRole: false }],
  ["integrate.api.nvidia.com", { maxTokensField: "max_tokens", developerRole: false }],
];

/** What a host takes of the dialect. */
export function quirksOf(baseUrl: string): RequestQuirks {
  const { hostname } = new URL(baseUrl);
  const found = BY_HOST.find(([suffix]) => hostname === suffix || hostname.endsWith(`.${suffix}`));
  return { ...NO_QUIRKS, ...found?.[1] };
}
