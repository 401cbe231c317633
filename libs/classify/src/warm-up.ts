import type { ClassifyItem } from "@signalbox/proto";
import { classify } from "./classify.ts";
import type { ClassifierDocument } from "./classifier-document.ts";

const ROUNDS = 300;
const TEXTS = [
  "Hello, how are you today?",
  "Write a python function that sorts the list of numbers [3, 1, 2] and explain its worst case step by step.",
  "Fasse den folgenden Artikel in drei Sätzen zusammen: Der Rat hat am Dienstag über die neue Linie beraten.",
  "请总结以下文章的要点，并翻译成英文。",
  "```ts\nconst total = items.reduce((sum, item) => sum + item.price, 0);\n```\nWhy is $\\frac{1}{2}$ of it NaN?",
];

/** Runs the classifier over a few texts, so that the first requests do not pay for its compilation. */
export function warmUp(document: ClassifierDocument): void {
  for (let round = 0; round < ROUNDS; round += 1) {
    const lastUser = `${TEXTS[round % TEXTS.length]} ${round}`;
    classify({ facts: { ...FACTS, textChars: lastUser.length }, view: { ...VIEW, lastUser } }, document);
  }
}

const VIEW: ClassifyItem["view"] = { system: "", conversation: "", lastUser: "", truncated: false };

const FACTS: ClassifyItem["facts"] = {
  requestId: "00000000-0000-7000-8000-000000000000",
  attempt: 1,
  tenant: "warm-up",
  keyId: "",
  operation: "chat",
  dialect: "openai-chat",
  receivedAtMs: 0,
  model: "auto",
  stream: false,
  choices: 1,
  maxOutputTokens: null,
  messages: 1,
  textChars: 0,
  toolChars: 0,
  images: 0,
  audios: 0,
  files: 0,
  tools: 0,
  toolTurns: false,
  parallelTools: false,
  responseFormat: "text",
  logprobs: false,
  seed: false,
  reasoningEffort: null,
  temperatureMicro: null,
  bodyBytes: 0,
  bodyDigest: "",
  cache: { mode: "off", deterministic: false, key: null },
  labels: { user: null, metadata: null, tags: [] },
  audit: "async",
};
