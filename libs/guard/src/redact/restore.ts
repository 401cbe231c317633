import { PLACEHOLDER, type Redaction } from "./redaction.ts";

/** plain: the text as it is; json: the inside of a JSON string, e.g. a tool call's arguments. */
export type RestoreForm = "plain" | "json";

/** Puts the originals back. A placeholder that was not given out for this request stays as it is. */
export function restore(text: string, redaction: Redaction, form: RestoreForm = "plain"): string {
  if (redaction.originals.size === 0 || !text.includes("[")) return text;
  return text.replaceAll(PLACEHOLDER, (placeholder) => {
    const original = redaction.originals.get(placeholder);
    if (original === undefined) return placeholder;
    return form === "plain" ? original : JSON.stringify(original).slice(1, -1);
  });
}
