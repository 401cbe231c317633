import { storableText } from "@signalbox/kit/storable-text";

const ESCAPED = /["\\]/;

/** A Postgres array of text as the text of its literal; one parameter is far cheaper than one for each element. */
export function arrayLiteral(values: readonly (string | null)[]): string {
  // Neighbours are often the same: tenants, kinds, models.
  let last: string | null = null;
  let literal = "NULL";
  return bareArrayLiteral(
    values.map((value) => {
      if (value === last) return literal;
      last = value;
      literal = value === null ? "NULL" : quoted(value);
      return literal;
    }),
  );
}

/** The same of what needs no quotes: numbers, UUIDs and other words without a mark of punctuation that arrays know. */
export function bareArrayLiteral(values: readonly (string | number | null)[]): string {
  let text = "{";
  for (let at = 0; at < values.length; at += 1) text += (at === 0 ? "" : ",") + String(values[at] ?? "NULL");
  return `${text}}`;
}

function quoted(value: string): string {
  const text = storableText(value);
  return ESCAPED.test(text) ? `"${text.replaceAll(/["\\]/g, "\\$&")}"` : `"${text}"`;
}

/** Escapes as JSON has them; a backslash that is escaped itself begins none. */
const JSON_ESCAPE = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g;

/** JSON that `jsonb` takes: it refuses U+0000 and lone surrogates, which JSON may spell. */
export function jsonbText(value: unknown): string {
  return JSON.stringify(value).replaceAll(JSON_ESCAPE, (escape) => (escape.length > 2 ? String.raw`\ufffd` : escape));
}
