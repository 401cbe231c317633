/** Who made a model: beyond the fields that all models share the API takes each maker's own. */
export type ModelFamily = "anthropic" | "nova" | "openai" | "mistral" | "other";

const FAMILIES: readonly (readonly [name: RegExp, family: ModelFamily])[] = [
  [/anthropic|claude/i, "anthropic"],
  [/amazon\.nova/i, "nova"],
  [/openai\.|gpt-oss/i, "openai"],
  [/mistral/i, "mistral"],
];

/** By the model's id or ARN; an ARN of an inference profile of one's own names no maker. */
export function familyOf(model: string): ModelFamily {
  return FAMILIES.find(([name]) => name.test(model))?.[1] ?? "other";
}

/** Whose signatures the model's are: Anthropic's own API takes those of its models here, and gives what they take. */
export function signerOf(model: string): "anthropic-messages" | "bedrock-converse" {
  return familyOf(model) === "anthropic" ? "anthropic-messages" : "bedrock-converse";
}

/** The version of a Claude model, 4.6 as 406; 0 for others. Older ids name the version before the model's size. */
export function claudeVersionOf(model: string): number {
  const found = /claude-(?:[a-z]+-)?(\d{1,2})(?:-(\d{1,2}))?(?!\d)/.exec(model);
  return found === null ? 0 : Number(found[1]) * 100 + Number(found[2] ?? 0);
}
