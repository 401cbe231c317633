import { objectsOf } from "../check/field-value.ts";
import type { OtherPart } from "../neutral/part.ts";

/** What Groq's compound systems did on their way to an answer, with tools of the provider's own (https://console.groq.com/docs/compound). */
export function readExecutedTools(value: unknown): OtherPart[] {
  return objectsOf(value).map((body) => ({ kind: "other", type: "executed_tools", form: "openai-chat", body }));
}
