import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { generatedChars } from "../neutral/part.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readFailure } from "./error.ts";
import { readFinish } from "./finish-reason.ts";
import { readOutput } from "./output-item.ts";
import { usageOfResponse } from "./usage.ts";

/** Reads a whole response. Throws an `upstream-*` error when it is none, and when it failed. */
export function parseResponse(body: unknown, options: ParseResponseOptions): NeutralResponse {
  if (!isObject(body)) throw malformed(options);
  const { status } = body;
  if (isObject(body["error"]) || status === "failed" || status === "cancelled") throw readFailure(body, options);
  if (!Array.isArray(body["output"])) throw malformed(options);
  const choice = choiceOf(body, body["output"], options.defaults.id);
  return {
    source: { dialect: "openai-responses", body },
    ...headOf(body, options.defaults),
    choices: [choice],
    usage: usageOfResponse(body),
    outputChars: generatedChars(choice.parts),
  };
}

/** The one choice of a response. `seed` makes ids for calls that have none. */
export function choiceOf(response: JsonObject, output: readonly unknown[], seed: string): NeutralChoice {
  const { parts, logprobs } = readOutput(output, seed);
  const end = readFinish(
    response,
    parts.some((part) => part.kind === "tool-call"),
  );
  return {
    index: 0,
    parts,
    ...end,
    ...(logprobs.length === 0 ? undefined : { logprobs: { content: logprobs, refusal: null } }),
  };
}

type Head = { readonly id: string; readonly createdAtS: number; readonly model: string };

export function headOf(response: JsonObject, defaults: Head): Head {
  const { id, created_at: createdAt, model } = response;
  return {
    id: typeof id === "string" && id !== "" ? id : defaults.id,
    createdAtS: typeof createdAt === "number" ? Math.trunc(createdAt) : defaults.createdAtS,
    model: typeof model === "string" && model !== "" ? model : defaults.model,
  };
}

function malformed(options: ParseResponseOptions): SignalboxError {
  return new SignalboxError("upstream-error", "The provider sent an answer that is no response.", {
    details: { provider: options.provider },
  });
}
