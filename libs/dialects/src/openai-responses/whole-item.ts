import { isObject } from "../check/check-value.ts";
import type { AudioPart, ImagePart, OtherPart } from "../neutral/part.ts";
import type { JsonObject } from "../neutral/source.ts";

/** A part that comes whole, as an item, which need not have an id; null for what this format has none for. */
export function wholeItemOf(part: ImagePart | AudioPart | OtherPart): JsonObject | null {
  if (part.kind === "other") return part.form === "openai-responses" && isObject(part.body) ? part.body : null;
  if (part.kind !== "image" || part.source.kind !== "base64") return null;
  const { mime, data } = part.source;
  return {
    type: "image_generation_call",
    status: "completed",
    result: data,
    output_format: mime.replace(/^image\//, ""),
  };
}
