import { number, string, stringUpTo } from "../check/check-value.ts";
import { openaiAlone } from "./openai-wire.ts";
import { noAnswer } from "./not-spoken.ts";
import { answerObject } from "./openai-form.ts";
import type { OperationCall } from "./operation-call.ts";
import { checkedBody } from "./operation-fields.ts";

/**
 * Reads the body of `POST /v1/audio/speech` (https://platform.openai.com/docs/api-reference/audio/createSpeech). The answer is sound,
 * or a stream of events that hold it, and passes through as it comes.
 */
export function openSpeech(value: unknown): OperationCall {
  const checks = { model: stringUpTo(256), input: string, instructions: string, speed: number(0.25, 4) };
  const body = checkedBody(value, checks, ["model", "input"]);
  const input = body["input"] as string;
  const { renderFor } = openaiAlone("speech", "/audio/speech", body);
  return {
    shape: { model: body["model"] as string, textChars: input.length, stream: true },
    text: input,
    user: null,
    canonical: body,
    cacheFields: null,
    isMeasurable: false,
    takesText: false,
    renderFor: (wire, model) => {
      const rendered = renderFor(wire, model);
      return { ...rendered, headers: { accept: "*/*" } };
    },
    // JSON in the place of sound is an error that came with the status of success.
    readAnswer: (_wire, answer, options) => {
      answerObject(answer, "speech", options);
      throw noAnswer("speech", options.provider);
    },
  };
}
