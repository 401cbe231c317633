import { join } from "node:path";
import { z } from "zod";
import { SignalboxConfig } from "./signalbox-config.ts";

export const REFERENCE_FILE = join(import.meta.dirname, "REFERENCE.md");

/** The part of JSON Schema that zod writes and the reference reads. */
type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
};

type Row = { readonly field: string; readonly type: string; readonly byDefault: string; readonly text: string };

const HEAD = `# Configuration

One YAML file, given with \`npm start -- --config FILE\`. Every field may be left out. This page is made from the schema in
\`signalbox-config.ts\` by \`npm run gen\`; \`signalbox.example.yaml\` shows a whole file. A field that is not listed here is
refused, with its line and the field that was probably meant.

\`<name>\` stands for a name of your choice, \`[]\` for each member of a list.

`;

const TITLES = ["field", "value", "default", "meaning"];

/** The reference of every field, as Markdown. */
export function renderReference(): string {
  const schema = z.toJSONSchema(SignalboxConfig, { io: "input", unrepresentable: "any" }) as Schema;
  return HEAD + renderTable([TITLES, ...rowsOf(schema, "").map(cellsOf)]);
}

function rowsOf(schema: Schema, path: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = path === "" ? name : `${path}.${name}`;
    const required = schema.required?.includes(name) === true;
    return [rowOf(field, here, required), ...nestedRows(field, here)];
  });
}

function nestedRows(field: Schema, path: string): Row[] {
  if (field.properties !== undefined) return rowsOf(field, path);
  if (typeof field.additionalProperties === "object") return nestedRows(field.additionalProperties, `${path}.<name>`);
  if (field.items !== undefined) return nestedRows(field.items, `${path}[]`);
  return (field.anyOf ?? []).flatMap((option) => nestedRows(option, path));
}

function rowOf(field: Schema, path: string, required: boolean): Row {
  const nested = field.properties !== undefined || typeof field.additionalProperties === "object";
  const byDefault = required ? "required" : field.default === undefined || nested ? "" : code(field.default);
  return { field: path, type: typeOf(field), byDefault, text: field.description ?? "" };
}

function typeOf(field: Schema): string {
  // A value that may also be null is one schema with two types.
  if (Array.isArray(field.type)) return field.type.map((type: string) => typeOf({ ...field, type })).join(" or ");
  if (field.enum !== undefined) return field.enum.map(code).join(", ");
  if (field.const !== undefined) return code(field.const);
  if (field.anyOf !== undefined) return field.anyOf.map(typeOf).join(" or ");
  if (field.type === "array") return `list of ${typeOf(field.items ?? {})}`;
  if (field.type === "object") return field.properties === undefined ? "names and values" : "section";
  if (field.type === "integer" || field.type === "number") return `${field.type}${range(field)}`;
  if (field.format === "uri") return "URL";
  return typeof field.type === "string" ? field.type : "value";
}

function range({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema): string {
  const from = minimum > Number.MIN_SAFE_INTEGER ? ` from ${minimum}` : "";
  return `${from}${maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : ""}`;
}

function cellsOf({ field, type, byDefault, text }: Row): string[] {
  return [`\`${field}\``, type, byDefault, text].map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " "));
}

/** With columns of even width, as the formatter has them: it must find nothing to change in a generated file. */
function renderTable([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |\n`;
  return [titles, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("");
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
