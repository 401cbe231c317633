import { isObject } from "../check/check-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { generatedChars, toolCallsOf } from "../neutral/part.ts";
import type { NeutralResponse } from "../neutral/response.ts";
import { parseResponse as parseChat } from "../openai-chat/parse-response.ts";
import { readParts } from "./content.ts";

/** Reads a whole answer, which is OpenAI's but for the parts of its content. Throws an `upstream-*` error when it is none. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  const response = parseChat(body, options);
  const sources = response.source.body["choices"] as readonly unknown[];
  const choices = response.choices.map((choice, position) => {
    const source = sources[position];
    const message = isObject(source) && isObject(source["message"]) ? source["message"] : {};
    return { ...choice, parts: [...readParts(message["content"]), ...toolCallsOf(choice.parts)] };
  });
  return {
    ...response,
    source: { dialect: "mistral", body: response.source.body },
    choices,
    outputChars: choices.reduce((sum, { parts }) => sum + generatedChars(parts), 0),
  };
}
