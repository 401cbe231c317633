import { NO_QUIRKS, type RequestQuirks } from "../request-quirks.ts";

type Host = {
  /** The ends of its host names, and the names that providers without a public address go by. */
  readonly hosts: readonly string[];
  readonly names: readonly string[];
  readonly quirks: Partial<RequestQuirks>;
};

/** What only OpenAI defines; hosts that check bodies against a schema of their own refuse it. */
const OPENAI_ONLY = ["store", "verbosity", "safety_identifier", "service_tier", "prompt_cache_key"];
const DRAWING = ["temperature", "top_p", "presence_penalty", "frequency_penalty"];
const LOGPROBS = ["logprobs", "top_logprobs", "logit_bias"];
const BY_WORD = ["auto", "none", "required", "tool"] as const;
const THINKING = { on: { thinking: { type: "enabled" } }, off: { thinking: { type: "disabled" } } };

/**
 * The hosts that speak openai-chat, with what their own documentation says that differs from OpenAI's; each row names where it says so.
 * What a host is silent on is taken to be as in OpenAI's, so nothing stands here on a guess.
 */
const HOSTS: readonly Host[] = [
  {
    // https://platform.openai.com/docs/guides/reasoning: the o-series and the first gpt-5 take no parameters that steer the drawing.
    hosts: ["api.openai.com", "openai.azure.com"],
    names: [],
    quirks: {
      maxTokensField: "max_completion_tokens",
      byModel: [{ models: /^(o\d|gpt-5(-mini|-nano)?(-\d{4}-|$))/, quirks: { lacks: [...DRAWING, ...LOGPROBS] } }],
    },
  },
  {
    // https://docs.mistral.ai/api/endpoint/chat: any other field is a 422; usage comes on streams unasked. The wire `mistral` says more.
    hosts: ["api.mistral.ai"],
    names: [],
    quirks: {
      maxTokensField: "max_tokens",
      streamOptions: false,
      developerRole: false,
      toolChoices: BY_WORD,
      lacks: [
        "seed",
        ...LOGPROBS,
        "user",
        "store",
        "verbosity",
        "safety_identifier",
        "service_tier",
        "messages[].name",
      ],
      temperature: { min: 0, max: 1.5 },
    },
  },
  {
    // https://api-docs.deepseek.com/api/create-chat-completion; https://api-docs.deepseek.com/guides/thinking_mode: `low`, `high` and `max`,
    // and earlier reasoning must come back with the calls that it led to. https://api-docs.deepseek.com/guides/json_mode: no schemas.
    hosts: ["api.deepseek.com"],
    names: ["deepseek"],
    quirks: {
      maxTokensField: "max_tokens",
      developerRole: false,
      reasoningField: "reasoning_content",
      reasoning: { ...THINKING, efforts: ["low", "high", "max"] },
      toolChoices: BY_WORD,
      formats: ["json_object"],
      choicesMax: 1,
      stopsMax: 16,
      lacks: ["seed", "logit_bias", "parallel_tool_calls", ...OPENAI_ONLY],
    },
  },
  {
    // https://docs.x.ai/docs/models: reasoning models answer penalties and stops with an error, and grok-4 an effort, too.
    // https://docs.x.ai/docs/api-reference#chat-completions: `max_tokens` is deprecated, `logit_bias`, `metadata` and `store` not supported.
    hosts: ["api.x.ai"],
    names: ["xai"],
    quirks: {
      maxTokensField: "max_completion_tokens",
      toolChoices: BY_WORD,
      lacks: ["logit_bias", "store"],
      byModel: [
        {
          models: /^grok-4(-0709|-latest|-fast-reasoning|-1-fast-reasoning|-1-fast|-fast)?$/,
          quirks: {
            lacks: ["presence_penalty", "frequency_penalty", "stop", "logit_bias", "store"],
            reasoning: { efforts: [] },
          },
        },
        {
          models: /^grok-(3-mini|code|4\.)/,
          quirks: { lacks: ["presence_penalty", "frequency_penalty", "stop", "logit_bias", "store"] },
        },
      ],
    },
  },
  {
    // https://platform.moonshot.ai/docs/api/chat: `max_completion_tokens`; the kimi models draw with fixed parameters and refuse others;
    // while they think, tools are `auto` or `none`, and earlier reasoning must come back with its calls. K3 takes an effort instead of a switch.
    hosts: ["api.moonshot.ai", "api.moonshot.cn"],
    names: ["moonshot"],
    quirks: {
      maxTokensField: "max_completion_tokens",
      developerRole: false,
      reasoningField: "reasoning_content",
      reasoning: { ...THINKING, efforts: [] },
      toolChoices: ["auto", "none"],
      formats: ["json_object"],
      lacks: [...DRAWING, ...LOGPROBS, "tools[].strict"],
      byModel: [
        { models: /^kimi-k3/, quirks: { reasoning: { efforts: ["low", "high", "max"] } } },
        { models: /^moonshot-v1/, quirks: { lacks: [...LOGPROBS, "tools[].strict"], temperature: { min: 0, max: 1 } } },
      ],
    },
  },
  {
    // https://platform.minimax.io/docs/api-reference/text-openai-api: without `reasoning_split` thoughts stand in the text, between tags;
    // penalties and biases are not heeded, one choice, temperature above 0 and up to 1, `max_tokens` deprecated.
    hosts: ["api.minimax.io", "api.minimaxi.com", "api.minimaxi.chat"],
    names: ["minimax"],
    quirks: {
      maxTokensField: "max_completion_tokens",
      developerRole: false,
      reasoningField: "reasoning_details",
      reasoning: { on: { thinking: { type: "adaptive" } }, off: { thinking: { type: "disabled" } }, efforts: [] },
      choicesMax: 1,
      temperature: { min: 0.01, max: 1 },
      lacks: ["presence_penalty", "frequency_penalty", "logit_bias", "tools[].strict"],
      always: { reasoning_split: true },
    },
  },
  {
    // https://docs.z.ai/api-reference/llm/chat-completion: tools are `auto`, one stop text, no schemas, temperature up to 1, usage unasked at a
    // stream's end. https://docs.z.ai/guides/capabilities/thinking-mode: the switch, and the efforts from GLM-5.2 on.
    hosts: ["api.z.ai", "bigmodel.cn"],
    names: ["zai"],
    quirks: {
      maxTokensField: "max_tokens",
      streamOptions: false,
      developerRole: false,
      reasoningField: "reasoning_content",
      reasoning: { ...THINKING, efforts: [] },
      toolChoices: ["auto"],
      formats: ["json_object"],
      choicesMax: 1,
      stopsMax: 1,
      temperature: { min: 0, max: 1 },
      lacks: ["seed", ...LOGPROBS, "presence_penalty", "frequency_penalty", "messages[].name", "tools[].strict"],
      byModel: [
        { models: /^glm-5\.2/, quirks: { reasoning: { ...THINKING, efforts: ["low", "high", "max"] } } },
        { models: /^glm-5\.[3-9]/, quirks: { reasoning: { efforts: ["low", "high", "max"] } } },
      ],
    },
  },
  {
    // https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api: `required` is not known, up to four choices.
    // https://www.alibabacloud.com/help/en/model-studio/deep-thinking: the switch and its budget. Context cache: `cache_control` on parts.
    hosts: ["aliyuncs.com"],
    names: ["alibaba"],
    quirks: {
      maxTokensField: "max_tokens",
      developerRole: false,
      reasoning: {
        on: { enable_thinking: true },
        off: { enable_thinking: false },
        budget: ["thinking_budget"],
        efforts: [],
      },
      toolChoices: ["auto", "none", "tool"],
      choicesMax: 4,
      cacheMarks: true,
    },
  },
  {
    // https://docs.api.nvidia.com/nim/reference/llm-apis: `max_tokens`; which templates know which roles differs by model.
    hosts: ["integrate.api.nvidia.com"],
    names: ["nvidia"],
    quirks: { maxTokensField: "max_tokens", developerRole: false },
  },
  {
    // https://platform.xiaomimimo.com/docs/api/chat/openai-api: `max_completion_tokens`, tools are `auto`, no schemas, and earlier reasoning
    // comes back with its calls.
    hosts: ["api.xiaomimimo.com"],
    names: ["xiaomi"],
    quirks: {
      maxTokensField: "max_completion_tokens",
      developerRole: false,
      reasoningField: "reasoning_content",
      reasoning: { ...THINKING, efforts: [] },
      toolChoices: ["auto"],
      formats: ["json_object"],
    },
  },
  {
    // https://console.groq.com/docs/openai: these fields, names of participants and more than one choice are a 400.
    // https://console.groq.com/docs/reasoning: gpt-oss takes an effort; qwen is switched, and writes tags into its text unless told not to.
    hosts: ["api.groq.com"],
    names: ["groq"],
    quirks: {
      maxTokensField: "max_completion_tokens",
      choicesMax: 1,
      lacks: [...LOGPROBS, "messages[].name"],
      toolChoices: BY_WORD,
      reasoning: { efforts: [] },
      byModel: [
        { models: /gpt-oss/, quirks: { reasoning: { efforts: ["low", "medium", "high"] } } },
        {
          models: /qwen/,
          quirks: {
            reasoning: {
              on: { reasoning_effort: "default", reasoning_format: "parsed" },
              off: { reasoning_effort: "none" },
              efforts: [],
            },
          },
        },
      ],
    },
  },
  {
    // https://docs.together.ai/docs/reasoning-overview: hybrid models are switched with `reasoning.enabled`, gpt-oss takes an effort.
    hosts: ["api.together.xyz", "api.together.ai"],
    names: ["together"],
    quirks: {
      maxTokensField: "max_tokens",
      developerRole: false,
      reasoning: { on: { reasoning: { enabled: true } }, off: { reasoning: { enabled: false } }, efforts: [] },
      byModel: [{ models: /gpt-oss/, quirks: { reasoning: { efforts: ["low", "medium", "high"] } } }],
    },
  },
  {
    // https://docs.fireworks.ai/tools-sdks/openai-compatibility and https://docs.fireworks.ai/guides/reasoning: fields that are not known are
    // a 400 (`Extra inputs are not permitted`); earlier reasoning may come back.
    hosts: ["api.fireworks.ai"],
    names: ["fireworks"],
    quirks: {
      developerRole: false,
      reasoningField: "reasoning_content",
      toolChoices: BY_WORD,
      lacks: ["store", "verbosity", "safety_identifier"],
    },
  },
  {
    // https://openrouter.ai/docs/guides/best-practices/reasoning-tokens: the budget, and details that are to come back as they were.
    // https://openrouter.ai/docs/features/prompt-caching: `cache_control` on parts.
    hosts: ["openrouter.ai"],
    names: ["openrouter"],
    quirks: {
      reasoningField: "reasoning_details",
      reasoning: {
        budget: ["reasoning", "max_tokens"],
        efforts: ["none", "minimal", "low", "medium", "high", "xhigh"],
      },
      cacheMarks: true,
    },
  },
  {
    // https://docs.perplexity.ai/api-reference/sonar-post: no tools, usage on every chunk unasked, schemas but no bare JSON.
    hosts: ["api.perplexity.ai"],
    names: ["perplexity"],
    quirks: {
      maxTokensField: "max_tokens",
      streamOptions: false,
      developerRole: false,
      choicesMax: 1,
      formats: ["json_schema"],
      reasoning: { efforts: ["minimal", "low", "medium", "high"] },
      lacks: ["tools", "tool_choice", "parallel_tool_calls", "stop", "seed", ...LOGPROBS, ...OPENAI_ONLY],
    },
  },
  {
    // https://docs.ollama.com/api/openai-compatibility: what is not in its list of fields is not heeded.
    hosts: ["ollama.com"],
    names: ["ollama"],
    quirks: {
      maxTokensField: "max_tokens",
      developerRole: false,
      reasoning: { efforts: ["none", "low", "medium", "high"] },
      toolChoices: ["auto"],
      choicesMax: 1,
      lacks: ["logit_bias", "parallel_tool_calls", "user"],
    },
  },
  {
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html: which roles a model's template knows differs by model.
    hosts: [],
    names: ["vllm"],
    quirks: { developerRole: false },
  },
  {
    // https://lmstudio.ai/docs/developer/openai-compat/chat-completions and /structured-output: schemas but no bare JSON, and no
    // `tool_choice` that is an object.
    hosts: [],
    names: ["lmstudio"],
    quirks: {
      maxTokensField: "max_tokens",
      developerRole: false,
      choicesMax: 1,
      toolChoices: ["auto", "none", "required"],
      formats: ["json_schema"],
    },
  },
];

/** What a host takes of the dialect: by its name in the network, else by what the provider is called here. */
export function quirksOfHost(hostname: string, provider?: string): RequestQuirks {
  const byHost = HOSTS.find(({ hosts }) => hosts.some((end) => hostname === end || hostname.endsWith(`.${end}`)));
  const found = byHost ?? HOSTS.find(({ names }) => provider !== undefined && names.includes(provider));
  return { ...NO_QUIRKS, ...found?.quirks };
}
