import { isRawNumber } from "../check/exact-json.ts";
import type { NeutralAnnotation, NeutralPart } from "../neutral/part.ts";
import type { DeltaExtra } from "../neutral/stream-event.ts";
import { filtered, type OpenFilter } from "./text-filter.ts";

/** A part of an answer with each of its texts filtered; pictures, sounds and what signs a text stay as they are. */
export function filterPart(part: NeutralPart, open: OpenFilter): NeutralPart {
  switch (part.kind) {
    case "text": {
      const { annotations } = part;
      const text = filtered(part.text, "plain", open);
      if (annotations === undefined) return { ...part, text };
      return { ...part, text, annotations: annotations.map((each) => filterAnnotation(each, open)) };
    }
    case "refusal":
    case "reasoning":
      return { ...part, text: filtered(part.text, "plain", open) };
    case "tool-call":
      return { ...part, arguments: filtered(part.arguments, part.custom === true ? "plain" : "json", open) };
    case "audio":
      return part.transcript === undefined ? part : { ...part, transcript: filtered(part.transcript, "plain", open) };
    case "other":
      return { ...part, body: filterStrings(part.body, open) };
    default:
      return part;
  }
}

/** The same for what comes beside the text of a stream. */
export function filterExtra(extra: DeltaExtra, open: OpenFilter): DeltaExtra {
  switch (extra.kind) {
    case "annotation":
      return { ...extra, annotation: filterAnnotation(extra.annotation, open) };
    case "media":
    case "other":
      return { ...extra, part: filterPart(extra.part, open) } as DeltaExtra;
    default:
      return extra;
  }
}

function filterAnnotation(annotation: NeutralAnnotation, open: OpenFilter): NeutralAnnotation {
  return filterStrings(annotation, open);
}

/** Every string of a JSON value but the names of its members. */
export function filterStrings<T>(value: T, open: OpenFilter): T {
  if (typeof value === "string") return filtered(value, "plain", open) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => filterStrings(each, open)) as T;
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, filterStrings(each as unknown, open)]),
  ) as T;
}
