import { SignalboxError } from "@signalbox/proto";
import { isObject } from "../check/check-value.ts";
import type { ParseResponseOptions } from "../egress-codec.ts";
import { generatedChars } from "../neutral/part.ts";
import type { NeutralChoice, NeutralResponse } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { readFinish } from "../openai-chat/finish-reason.ts";
import { readUsage } from "../openai-chat/usage.ts";
import { readLogprobs } from "./logprobs.ts";

/** Reads an answer that was kept in this dialect. Throws `upstream-error` when it is none. */
export function parseKept(body: unknown, { provider, defaults }: ParseResponseOptions): NeutralResponse {
  if (!isObject(body) || !Array.isArray(body["choices"])) {
    throw new SignalboxError("upstream-error", "The cached answer is no completion.", { details: { provider } });
  }
  const choices = body["choices"].filter(isObject).map(readChoice);
  return {
    source: { dialect: "openai-completions", body },
    id: typeof body["id"] === "string" ? body["id"] : defaults.id,
    createdAtS: typeof body["created"] === "number" ? body["created"] : defaults.createdAtS,
    model: typeof body["model"] === "string" ? body["model"] : defaults.model,
    choices,
    usage: readUsage(body["usage"]),
    outputChars: choices.reduce((sum, choice) => sum + generatedChars(choice.parts), 0),
  };
}

function readChoice(choice: JsonObject, index: number): NeutralChoice {
  const finish = readFinish(choice["finish_reason"]);
  const logprobs = readLogprobs(choice["logprobs"]);
  const text = typeof choice["text"] === "string" ? choice["text"] : "";
  return {
    index,
    parts: text === "" ? [] : [{ kind: "text", text }],
    finish: finish.kind === "finish" ? finish.reason : "stop",
    ...(logprobs === null ? undefined : { logprobs }),
  };
}
