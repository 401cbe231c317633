import { alibaba } from "./alibaba.ts";
import { deepseek } from "./deepseek.ts";
import { fireworks } from "./fireworks.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import type { Host } from "./host.ts";
import { litellm } from "./litellm.ts";
import { lmstudio } from "./lmstudio.ts";
import { minimax } from "./minimax.ts";
import { mistral } from "./mistral.ts";
import { moonshot } from "./moonshot.ts";
import { nvidia } from "./nvidia.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import { perplexity } from "./perplexity.ts";
import { together } from "./together.ts";
import { vllm } from "./vllm.ts";
import { xai } from "./xai.ts";
import { xiaomi } from "./xiaomi.ts";
import { zai } from "./zai.ts";

export const HOSTS: readonly Host[] = [
  openai,
  google,
  mistral,
  deepseek,
  xai,
  moonshot,
  minimax,
  zai,
  alibaba,
  nvidia,
  xiaomi,
  groq,
  together,
  fireworks,
  openrouter,
  perplexity,
  ollama,
  vllm,
  lmstudio,
  litellm,
];
