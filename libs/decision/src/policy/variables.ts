import type { DecisionInput } from "@signalbox/proto";
import { localTime } from "./local-time.ts";

/** What conditions may read: name → its CEL type. Flat names, because each step into a map costs as much as a comparison. */
export const VARIABLES = {
  tenant: "string",
  key: "string",
  team: "string",
  project: "string",
  user: "string",
  serviceAccount: "string",
  roles: "list<string>",
  region: "string",
  model: "string",
  operation: "string",
  dialect: "string",
  stream: "bool",
  choices: "int",
  maxOutputTokens: "int",
  messages: "int",
  tools: "int",
  images: "int",
  audios: "int",
  files: "int",
  bodyBytes: "int",
  responseFormat: "string",
  reasoningEffort: "string",
  attempt: "int",
  task: "string",
  difficulty: "double",
  tier: "string",
  language: "string",
  capabilities: "list<string>",
  modalities: "list<string>",
  inputTokens: "int",
  contentSignals: "list<string>",
  tags: "list<string>",
  date: "string",
  weekday: "int",
  hour: "int",
  minute: "int",
  budgetUsed: "double",
  cache: "string",
} as const;

export type Variables = Record<keyof typeof VARIABLES, string | bigint | number | boolean | readonly string[]>;

const NONE: readonly string[] = [];
const MICRO = 1_000_000;
const MINUTES_PER_HOUR = 60;

/** The variables' values. What is not known is the empty text, the empty list or zero. */
export function bindVariables({ facts, classification, context, lookup, nowMs }: DecisionInput): Variables {
  const time = localTime(nowMs, context?.utcOffsetMinutes ?? 0);
  const found = classification.signals.map(({ name }) => name);
  return {
    tenant: facts.tenant,
    key: facts.keyId,
    team: context?.team ?? "",
    project: context?.project ?? "",
    user: context?.user ?? "",
    serviceAccount: context?.serviceAccount ?? "",
    roles: context?.roles ?? NONE,
    region: context?.region ?? "",
    model: facts.model,
    operation: facts.operation,
    dialect: facts.dialect,
    stream: facts.stream,
    choices: BigInt(facts.choices),
    maxOutputTokens: BigInt(facts.maxOutputTokens ?? 0),
    messages: BigInt(facts.messages),
    tools: BigInt(facts.tools),
    images: BigInt(facts.images),
    audios: BigInt(facts.audios),
    files: BigInt(facts.files),
    bodyBytes: BigInt(facts.bodyBytes),
    responseFormat: facts.responseFormat,
    reasoningEffort: facts.reasoningEffort ?? "",
    attempt: BigInt(facts.attempt),
    task: classification.task,
    difficulty: classification.difficulty / MICRO,
    tier: classification.tier,
    language: classification.language,
    capabilities: classification.capabilities,
    modalities: classification.modalities,
    inputTokens: BigInt(classification.inputTokens),
    contentSignals: context?.content === undefined ? found : [...found, ...context.content],
    tags: context?.tags ?? NONE,
    date: time.date,
    weekday: BigInt(time.weekday),
    hour: BigInt(Math.floor(time.minuteOfDay / MINUTES_PER_HOUR)),
    minute: BigInt(time.minuteOfDay % MINUTES_PER_HOUR),
    budgetUsed: (context?.budgetUsed ?? 0) / MICRO,
    cache: lookup.status,
  };
}
