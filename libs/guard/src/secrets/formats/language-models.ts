import { keyFormat } from "../key-format.ts";

/** Those who serve or trace language models, and this gateway itself. */
export const LANGUAGE_MODEL_FORMATS = [
  keyFormat("signalbox", "sk-sb-", "[0-9a-f]{12}-[A-Za-z0-9_-]{43}"),
  keyFormat("anthropic", "sk-ant-", "(?:api|admin|oat|ort|sid)\\d\\d-[A-Za-z0-9_-]{80,128}"),
  keyFormat("openrouter", "sk-or-v1-", "[0-9a-f]{64}"),
  ...["sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"].map((anchor) =>
    keyFormat("openai", anchor, "[A-Za-z0-9_-]{40,200}"),
  ),
  // OpenAI's first keys; DeepSeek, Moonshot and others took the form over.
  keyFormat("openai", "sk-", "[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{48}|[0-9a-f]{32}"),
  keyFormat("huggingface", "hf_", "[A-Za-z]{34}"),
  keyFormat("huggingface", "api_org_", "[A-Za-z]{34}"),
  keyFormat("groq", "gsk_", "[A-Za-z0-9]{52}"),
  keyFormat("xai", "xai-", "[A-Za-z0-9]{80}"),
  keyFormat("nvidia", "nvapi-", "[A-Za-z0-9_-]{60,70}"),
  keyFormat("replicate", "r8_", "[A-Za-z0-9]{37}"),
  keyFormat("perplexity", "pplx-", "[A-Za-z0-9]{48}"),
  keyFormat("together", "tgp_v1_", "[A-Za-z0-9_-]{43}"),
  keyFormat("fireworks", "fw_", "[A-Za-z0-9]{22,24}"),
  keyFormat("cerebras", "csk-", "[0-9a-z]{48}"),
  keyFormat("langsmith", "lsv2_", "(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
  keyFormat("langfuse", "sk-lf-", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
  keyFormat("tavily", "tvly-", "(?:dev-|prod-)?[A-Za-z0-9]{32}"),
];
