import { boolean, integer, string, stringUpTo } from "../check/check-value.ts";
import { openaiAlone } from "./openai-wire.ts";
import type { OperationCall } from "./operation-call.ts";
import { checkedBody } from "./operation-fields.ts";

const IMAGES_MAX = 10;

/**
 * Tokens of the largest image in the highest quality: what a bound on cost counts for each
 * (https://platform.openai.com/docs/guides/image-generation#cost-and-latency).
 */
const IMAGE_MAX_TOKENS = 6_240;

/**
 * Reads the body of `POST /v1/images/generations` (https://platform.openai.com/docs/api-reference/images/create). The model may be
 * left out, and is then chosen.
 */
export function openImages(value: unknown): OperationCall {
  const checks = { model: stringUpTo(256), prompt: string, n: integer(1, IMAGES_MAX), stream: boolean, user: string };
  const body = checkedBody(value, checks, ["prompt"]);
  const prompt = body["prompt"] as string;
  return {
    shape: {
      model: (body["model"] as string | undefined) || "auto",
      textChars: prompt.length,
      stream: body["stream"] === true,
      choices: (body["n"] ?? 1) as number,
      maxOutputTokens: IMAGE_MAX_TOKENS,
    },
    text: prompt,
    user: (body["user"] ?? null) as string | null,
    canonical: body,
    cacheFields: null,
    isMeasurable: false,
    takesText: false,
    ...openaiAlone("images", "/images/generations", body),
  };
}
