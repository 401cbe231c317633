import { join } from "node:path";
import { egressOf, ingressOf, renderFor } from "@signalbox/dialects";
import { SignalboxError, type TranslationLoss, type WireName, WIRES } from "@signalbox/proto";
import { CONTENT_SAMPLES } from "./content-samples.ts";
import { FORM_SAMPLES, SAMPLING_SAMPLES, SERVICE_SAMPLES } from "./parameter-samples.ts";
import { REASONING_SAMPLES } from "./reasoning-samples.ts";
import { PLAIN, type Sample, type SpokenDialect } from "./sample.ts";
import { TOOL_SAMPLES } from "./tool-samples.ts";

export const LOSSES_FILE = join(import.meta.dirname, "../../libs/dialects/LOSSES.md");

/** Of which model a wire's column speaks: some wires differ by model. */
const MODELS: Readonly<Record<WireName, string>> = {
  "openai-chat": "gpt-5",
  "openai-responses": "gpt-5",
  "anthropic-messages": "claude-opus-4-5",
  gemini: "gemini-2.5-pro",
  "bedrock-converse": "anthropic.claude-sonnet-4-5-20250929-v1:0",
  "azure-openai": "gpt-5",
  "cohere-v2": "command-a-03-2025",
  mistral: "mistral-large-latest",
};
const MAX_OUTPUT_TOKENS = 8_192;

const SAMPLES: readonly Sample[] = [
  ...CONTENT_SAMPLES,
  ...TOOL_SAMPLES,
  ...REASONING_SAMPLES,
  ...FORM_SAMPLES,
  ...SAMPLING_SAMPLES,
  ...SERVICE_SAMPLES,
];

const TITLES: Readonly<Record<SpokenDialect, string>> = {
  "openai-chat": "OpenAI Chat Completions",
  "openai-responses": "OpenAI Responses",
  "anthropic-messages": "Anthropic Messages",
  gemini: "Gemini",
};

const HEAD = `# What a translation loses

A request goes to a provider of any wire, in whichever dialect it was written. Where the two differ, something may have no
place: the decision's record lists it by path, kind and reason, and \`x-signalbox-translation\` names it in the answer. These
tables show it for one request a row that holds nothing else. They are made from the codecs themselves by \`npm run gen\`.

- \`=\` the wire has the dialect's own form: the body travels as it was written, unknown fields included
- \`✓\` translated, and nothing is lost
- \`≈\` something near stands in for it, with its kind
- \`✗\` left out, with its kind
- \`refused\` only the dialect's own providers can take it: an error before any call

A wire is shown as it stands for one model: ${[...new Set(Object.values(MODELS))].map((model) => `\`${model}\``).join(", ")}.
A host that speaks openai-chat with deviations of its own may lose more, and its requests' records say so.
`;

/** Every table, as Markdown. */
export function renderLosses(): string {
  const dialects = Object.keys(TITLES) as SpokenDialect[];
  return [HEAD, ...dialects.map(renderDialect)].join("\n");
}

function renderDialect(dialect: SpokenDialect): string {
  const rows = SAMPLES.flatMap(({ feature, said }) => {
    const fields = said[dialect];
    return fields === undefined ? [] : [[feature, ...WIRES.map((wire) => cellOf(dialect, wire, fields))]];
  });
  return `## From ${TITLES[dialect]}\n\n${renderTable([["", ...WIRES], ...rows])}`;
}

function cellOf(dialect: SpokenDialect, wire: WireName, fields: object): string {
  const body = { ...PLAIN[dialect], ...fields };
  const envelope = dialect === "gemini" ? { model: "m", stream: false } : {};
  const request = ingressOf(dialect).parseRequest(body, envelope);
  try {
    const losses = lossesOf(wire, request);
    if (losses.length > 0) return [...new Set(losses.map(wordsOf))].join(", ");
    return egressOf(wire).form === dialect ? "=" : "✓";
  } catch (error) {
    if (error instanceof SignalboxError && error.code === "unprocessable") return "refused";
    throw error;
  }
}

function lossesOf(wire: WireName, request: Parameters<typeof renderFor>[1]): readonly TranslationLoss[] {
  return renderFor(wire, request, { model: MODELS[wire], maxOutputTokens: MAX_OUTPUT_TOKENS }).losses;
}

function wordsOf({ what, why }: TranslationLoss): string {
  return `${why === "approximated" || why === "out-of-range" ? "≈" : "✗"} ${what}`;
}

/** With columns as wide as their widest cell, as the formatter wants them. */
function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(3, ...rows.map((row) => row[at]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(" | ")} |\n`;
  const [head, ...others] = rows;
  return [line(head!), line(widths.map((width) => "-".repeat(width))), ...others.map(line)].join("");
}
