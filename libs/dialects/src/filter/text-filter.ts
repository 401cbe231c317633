/** What a text goes through that comes in pieces, cut anywhere: what may go on now, and at its end all that was held back. */
export type TextFilter = { push(piece: string): string; end(): string };

/** plain: the text as it is; json: the inside of a JSON string, as a tool call's arguments are. */
type TextForm = "plain" | "json";

/** A filter for a new text. */
export type OpenFilter = (form: TextForm) => TextFilter;

/** A text that is there as a whole. */
export function filtered(text: string, form: TextForm, open: OpenFilter): string {
  const filter = open(form);
  return filter.push(text) + filter.end();
}
