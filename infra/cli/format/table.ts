import { stripVTControlCharacters } from "node:util";

export type Column = { readonly title: string; readonly align?: "left" | "right" };

const GAP = "  ";

/** A table in plain text: a head, then a line for each row; the last column is not padded. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map((column) => column.title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  return lines
    .map((line) =>
      columns
        .map((column, at) => pad(line[at] ?? "", widths[at] as number, column.align))
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

/** What came over a wire may hold control characters, which would move the operator's cursor or colour the screen. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "·");
}

function pad(text: string, wanted: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, wanted - text.length));
  return align === "right" ? space + text : text + space;
}
