import { objectsOf } from "../check/field-value.ts";
import type { JsonObject } from "../neutral/source.ts";

/** The events that would have brought a whole item of this form: what its type says piece by piece in one piece each. */
export function eventsOfItem(item: JsonObject, output_index: number): readonly JsonObject[] {
  const at = { item_id: item["id"], output_index };
  const added = (change: JsonObject): JsonObject => {
    const status = "status" in item ? { status: "in_progress" } : {};
    return { type: "response.output_item.added", output_index, item: { ...item, ...status, ...change } };
  };
  const done = { type: "response.output_item.done", output_index, item };
  switch (item["type"]) {
    case "message":
      return [
        added({ content: [] }),
        ...objectsOf(item["content"]).flatMap((part, i) => eventsOfPart(part, i, at)),
        done,
      ];
    case "reasoning":
      return [
        added({ summary: [], ...("content" in item ? { content: [] } : {}) }),
        ...objectsOf(item["summary"]).flatMap((part, i) => eventsOfSummary(part, i, at)),
        ...objectsOf(item["content"]).flatMap((part, i) => eventsOfPart(part, i, at)),
        done,
      ];
    case "function_call":
      return [
        added({ arguments: "" }),
        { type: "response.function_call_arguments.delta", ...at, delta: item["arguments"] },
        { type: "response.function_call_arguments.done", ...at, arguments: item["arguments"] },
        done,
      ];
    case "custom_tool_call":
      return [
        added({ input: "" }),
        { type: "response.custom_tool_call_input.delta", ...at, delta: item["input"] },
        { type: "response.custom_tool_call_input.done", ...at, input: item["input"] },
        done,
      ];
    default:
      return [added({}), done];
  }
}

type At = { readonly item_id: unknown; readonly output_index: number };

/** The names of the events of each type of content, and the field that holds its words. */
const PARTS = new Map<unknown, { readonly event: string; readonly field: string }>([
  ["output_text", { event: "response.output_text", field: "text" }],
  ["refusal", { event: "response.refusal", field: "refusal" }],
  ["reasoning_text", { event: "response.reasoning_text", field: "text" }],
]);

function eventsOfPart(part: JsonObject, content_index: number, at: At): readonly JsonObject[] {
  const place = { ...at, content_index };
  const added = "response.content_part.added";
  const done = { type: "response.content_part.done", ...place, part };
  const names = PARTS.get(part["type"]);
  if (names === undefined) return [{ type: added, ...place, part }, done];
  const { event, field } = names;
  const isText = part["type"] === "output_text";
  const empty = { ...part, [field]: "", ...(isText ? { annotations: [], logprobs: [] } : {}) };
  const logprobs = isText ? { logprobs: objectsOf(part["logprobs"]) } : {};
  const annotations = objectsOf(part["annotations"]).map((annotation, annotation_index) => {
    return { type: "response.output_text.annotation.added", ...place, annotation_index, annotation };
  });
  return [
    { type: added, ...place, part: empty },
    { type: `${event}.delta`, ...place, delta: part[field], ...logprobs },
    ...annotations,
    { type: `${event}.done`, ...place, [field]: part[field], ...logprobs },
    done,
  ];
}

function eventsOfSummary(part: JsonObject, summary_index: number, at: At): readonly JsonObject[] {
  const place = { ...at, summary_index };
  return [
    { type: "response.reasoning_summary_part.added", ...place, part: { ...part, text: "" } },
    { type: "response.reasoning_summary_text.delta", ...place, delta: part["text"] },
    { type: "response.reasoning_summary_text.done", ...place, text: part["text"] },
    { type: "response.reasoning_summary_part.done", ...place, part },
  ];
}
