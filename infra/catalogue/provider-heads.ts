import type { Capability } from "@signalbox/proto";
import type { ProviderFile } from "./provider-file.ts";

/** What the import adds to a provider's models from the provider's own API reference. */
export type ProviderHead = Omit<ProviderFile, "name" | "docs" | "date" | "models"> & {
  /** The provider's id in the imported list. */
  readonly source: string;
  /** Request fields that the API reference documents for all chat models, and the list does not speak of. */
  readonly documented: readonly Capability[];
  /** The listed price of zero is a trial, not a price: such models are unpriced. */
  readonly zeroIsTrial?: true;
};

type Shape = {
  readonly env: readonly string[];
  readonly url: string;
  readonly source?: string;
  readonly documented?: readonly Capability[];
};

/** The providers of the catalogue. */
export const PROVIDER_HEADS: readonly ProviderHead[] = [
  chat("openai", {
    env: ["OPENAI_API_KEY"],
    url: "https://api.openai.com/v1",
    documented: ["json-object", "logprobs", "seed"],
  }),
  {
    ...chat("anthropic", { env: ["ANTHROPIC_API_KEY"], url: "https://api.anthropic.com/v1" }),
    dialect: "anthropic-messages",
    // Its compatibility page lists `reasoning_effort` and `response_format` among the ignored fields.
    openaiCompatibleLacks: ["json-object", "json-schema", "reasoning"],
  },
  {
    ...chat("google", {
      env: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
      url: "https://generativelanguage.googleapis.com/v1beta/openai",
    }),
    dialect: "gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  },
  chat("deepseek", {
    env: ["DEEPSEEK_API_KEY"],
    url: "https://api.deepseek.com",
    documented: ["json-object", "logprobs"],
  }),
  chat("xai", {
    env: ["XAI_API_KEY", "GROK_API_KEY"],
    url: "https://api.x.ai/v1",
    documented: ["json-object", "seed"],
  }),
  {
    ...chat("nvidia", {
      env: ["NVIDIA_API_KEY", "NIM_API_KEY"],
      url: "https://integrate.api.nvidia.com/v1",
      documented: ["seed"],
    }),
    zeroIsTrial: true,
  },
  chat("moonshot", {
    source: "moonshotai",
    env: ["MOONSHOT_API_KEY", "KIMI_API_KEY"],
    url: "https://api.moonshot.ai/v1",
    documented: ["json-object"],
  }),
  { ...chat("minimax", { env: ["MINIMAX_API_KEY"], url: "https://api.minimax.io/v1" }) },
  chat("zai", {
    env: ["ZAI_API_KEY", "ZHIPU_API_KEY", "ZHIPUAI_API_KEY"],
    url: "https://api.z.ai/api/paas/v4",
    documented: ["json-object"],
  }),
  chat("alibaba", {
    env: ["DASHSCOPE_API_KEY", "ALIBABA_API_KEY"],
    url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    documented: ["seed"],
  }),
  {
    ...chat("mistral", {
      env: ["MISTRAL_API_KEY"],
      url: "https://api.mistral.ai/v1",
      documented: ["json-object", "json-schema"],
    }),
    dialect: "mistral",
  },
  {
    ...chat("azure", {
      env: ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"],
      // eslint-disable-next-line no-template-curly-in-string
      url: "https://${AZURE_RESOURCE_NAME}.openai.azure.com/openai/v1",
      documented: ["json-object", "logprobs", "seed"],
    }),
    deploymentsOnly: true,
  },
  chat("xiaomi", { env: ["XIAOMI_API_KEY", "MIMO_API_KEY"], url: "https://api.xiaomimimo.com/v1" }),
  {
    ...chat("bedrock", {
      source: "amazon-bedrock",
      env: ["AWS_BEARER_TOKEN_BEDROCK"],
      // eslint-disable-next-line no-template-curly-in-string
      url: "https://bedrock-runtime.${AWS_REGION}.amazonaws.com",
    }),
    dialect: "bedrock-converse",
    openaiCompatibleBaseUrl: null,
  },
  {
    ...chat("cohere", {
      env: ["COHERE_API_KEY", "CO_API_KEY"],
      url: "https://api.cohere.ai/compatibility/v1",
      documented: ["json-object", "seed"],
    }),
    dialect: "cohere-v2",
    baseUrl: "https://api.cohere.com/v2",
  },
  chat("groq", { env: ["GROQ_API_KEY"], url: "https://api.groq.com/openai/v1", documented: ["json-object", "seed"] }),
  chat("openrouter", { env: ["OPENROUTER_API_KEY"], url: "https://openrouter.ai/api/v1" }),
  chat("together", {
    source: "togetherai",
    env: ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"],
    url: "https://api.together.xyz/v1",
    documented: ["seed"],
  }),
  chat("fireworks", {
    source: "fireworks-ai",
    env: ["FIREWORKS_API_KEY"],
    url: "https://api.fireworks.ai/inference/v1",
    documented: ["json-object", "json-schema", "logprobs", "seed"],
  }),
  chat("cerebras", {
    env: ["CEREBRAS_API_KEY"],
    url: "https://api.cerebras.ai/v1",
    documented: ["json-object", "seed"],
  }),
];

function chat(provider: string, shape: Shape): ProviderHead {
  return {
    provider,
    source: shape.source ?? provider,
    dialect: "openai-chat",
    baseUrl: shape.url,
    openaiCompatibleBaseUrl: shape.url,
    openaiCompatibleLacks: [],
    apiKeyEnv: [...shape.env],
    deploymentsOnly: false,
    documented: shape.documented ?? [],
  };
}
