import { isObject } from "../check/check-value.ts";
import type { FinishReason, StopDetails } from "../neutral/response.ts";
import type { JsonObject } from "../neutral/source.ts";

type Finish = { readonly finish: FinishReason; readonly stop?: StopDetails };

/**
 * Why a response ended. This format says nothing of it on success, so that calls are told by the items, and names two reasons for an
 * incomplete answer; another word ends it as `length`, because something is missing.
 */
export function readFinish(response: JsonObject, hasCalls: boolean): Finish {
  if (response["status"] !== "incomplete") return hasCalls ? CALLS : STOP;
  const details = isObject(response["incomplete_details"]) ? response["incomplete_details"] : {};
  const { reason } = details;
  if (reason === "content_filter") return FILTERED;
  if (typeof reason !== "string" || reason === "max_output_tokens") return LENGTH;
  return { finish: "length", stop: { reason, sequence: null, category: null, explanation: null } };
}

const STOP: Finish = { finish: "stop" };
const CALLS: Finish = { finish: "tool_calls" };
const LENGTH: Finish = { finish: "length" };
const FILTERED: Finish = { finish: "content_filter" };

/** The end of an answer that another wire gave, as this format says it. */
export function renderFinish(finish: FinishReason): { readonly status: string; readonly incomplete_details: unknown } {
  if (finish === "length") return { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  if (finish === "content_filter") return { status: "incomplete", incomplete_details: { reason: "content_filter" } };
  return { status: "completed", incomplete_details: null };
}
