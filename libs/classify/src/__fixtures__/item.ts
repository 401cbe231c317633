import type { ClassifyItem } from "@signalbox/proto";

const FACTS: ClassifyItem["facts"] = {
  requestId: "0192f000-0000-7000-8000-000000000000",
  attempt: 1,
  tenant: "default",
  keyId: "k",
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
  bodyDigest: `hmac-sha256:${"0".repeat(64)}`,
  cache: { mode: "auto", deterministic: false, key: null },
  labels: { user: null, metadata: null, tags: [] },
  audit: "async",
};

/** A request of one user turn, with what is special about it. */
export function itemOf(
  lastUser: string,
  special: { facts?: Partial<ClassifyItem["facts"]>; view?: Partial<ClassifyItem["view"]> } = {},
): Pick<ClassifyItem, "facts" | "view"> {
  const view = { system: "", conversation: "", lastUser, truncated: false, ...special.view };
  const textChars = view.system.length + view.conversation.length + view.lastUser.length;
  return { facts: { ...FACTS, textChars, ...special.facts }, view };
}
