import { CASES } from "./cases.ts";

const HEAD = `# Which client works before which provider

Each row is the vendor's own SDK for a dialect before a provider that speaks a wire, with a whole line between them. A cell
is \`✓\` when the provider received what was asked, in its own words, and the SDK read what the provider said; whole and
streamed, where both can be. \`test/flow/dialect-matrix.test.ts\`, which \`npm test -- --all\` runs, makes this table and
fails when it is another than this one. What a request may lose on such a way stands in [LOSSES.md](LOSSES.md).
`;

/** A case of the matrix that went well. */
export type Cell = { readonly dialect: string; readonly wire: string; readonly name: string };

/** The cells that went well, as Markdown; `rows` are all that there are. */
export function renderMatrix(rows: readonly Omit<Cell, "name">[], passed: readonly Cell[]): string {
  const asks = [...new Set(CASES.map(({ name }) => name.replace(/, streamed$/, "")))];
  const wentWell = new Set(passed.map(({ dialect, wire, name }) => `${dialect} ${wire} ${name}`));
  const cellOf = ({ dialect, wire }: Omit<Cell, "name">, ask: string): string => {
    const cases = CASES.filter(({ name }) => name.replace(/, streamed$/, "") === ask);
    return cases.every(({ name }) => wentWell.has(`${dialect} ${wire} ${name}`)) ? "✓" : "✗";
  };
  const lines = rows.map((row) => [row.dialect, row.wire, ...asks.map((ask) => cellOf(row, ask))]);
  return `${HEAD}\n${table([["client", "provider", ...asks], ...lines])}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const [head = "", ...rest] = rows.map(
    (row) => `| ${widths.map((width, at) => (row[at] ?? "").padEnd(width)).join(" | ")} |`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return `${[head, rule, ...rest].join("\n")}\n`;
}
