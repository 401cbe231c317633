/**
 * A text as PostgreSQL holds it, whose `text` knows no U+0000. Whoever writes a text and whoever looks for it later have to
 * agree on this.
 */
export function storableText(text: string): string {
  return text.includes("\u0000") ? text.replaceAll("\u0000", "\ufffd") : text;
}
