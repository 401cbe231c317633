import type { PlainOperation, WireName } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import { parseInBandError } from "../openai-chat/error.ts";
import { NO_LOSSES } from "../neutral/loss.ts";
import type { JsonObject } from "../neutral/source.ts";
import { noAnswer } from "./not-spoken.ts";
import type { ReadOperationOptions, RenderedOperation } from "./operation-call.ts";

/** The wires whose hosts take OpenAI's own paths and bodies below their base URL. */
export const OPENAI_FORM: readonly WireName[] = ["openai-chat", "openai-responses", "azure-openai"];

/** The caller's body with the provider's name for the model: all other fields travel on as they are. */
export function overlaid(path: string, body: JsonObject, model: string): RenderedOperation {
  return { path, headers: {}, body: { ...body, model }, contentType: null, losses: NO_LOSSES };
}

/** An answer's object. Throws the error that it holds, or `upstream-error` when it is none. */
export function answerObject(answer: unknown, operation: PlainOperation, options: ReadOperationOptions): JsonObject {
  if (!isObject(answer)) throw noAnswer(operation, options.provider);
  const error = parseInBandError(answer, options);
  if (error !== null) throw error;
  return answer;
}
