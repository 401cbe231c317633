import { isObject } from "../check/check-value.ts";
import type { NeutralChoice } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";
import { stopOf } from "./finish-reason.ts";

/** What stands for the choices of an answer whose prompt was blocked: a refusal. Null where `promptFeedback` blocks nothing. */
export function readBlock(body: JsonObject): Omit<NeutralChoice, "index"> | null {
  const feedback = body["promptFeedback"];
  const reason = isObject(feedback) ? feedback["blockReason"] : undefined;
  if (!isObject(feedback) || typeof reason !== "string" || reason === "") return null;
  const stop = stopOf(reason, "content_filter", feedback["blockReasonMessage"]);
  const text = stop.explanation ?? `The provider blocked the prompt (${reason}).`;
  return { parts: [{ kind: "refusal", text }], finish: "content_filter", stop };
}
