const ESCAPED = /["\\]/;

/** A Postgres array of text as the text of its literal; one parameter is far cheaper than one for each element. */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  return `{${values.map(element).join(",")}}`;
}

function element(value: string | number | null): string {
  if (value === null) return "NULL";
  if (typeof value === "number") return String(value);
  const text = storable(value);
  return ESCAPED.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `"${text}"`;
}

/** Postgres' text cannot hold U+0000; the signed bytes can, and keep it. */
function storable(text: string): string {
  return text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd") : text;
}

/** JSON that `jsonb` takes: it refuses U+0000 and lone surrogates, which JSON may spell. */
export function jsonbText(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, String.raw`\ufffd`);
}
