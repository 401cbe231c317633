import { type ModelTraits, traitsOf } from "../anthropic-messages/model-traits.ts";

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

/** What a model of Anthropic's takes, which is the same here as at Anthropic; null for other makers' models. */
export function claudeOf(model: string): ModelTraits | null {
  return familyOf(model) === "anthropic" ? traitsOf(model) : null;
}
