import { parseArgs } from "node:util";

export type EvalOptions = {
  /** The folder with the labelled sets, or null where none is named. */
  readonly dataDir: string | null;
  /** Where the report goes beside the terminal, or null. */
  readonly outFile: string | null;
};

export const USAGE = `Usage: npm run eval:guardrails -- [options]

  --data DIR    the folder with the labelled sets (SHARED_DATA_DIR)
  --out FILE    also write the report there as Markdown
`;

/** The options, or `help` when that was asked for. Throws an Error with a message for the user when one is not known. */
export function parseEvalOptions(argv: readonly string[], sharedDataDir: string | undefined): EvalOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: { data: { type: "string" }, out: { type: "string" }, help: { type: "boolean", default: false } },
  });
  if (values.help) return "help";
  return { dataDir: values.data ?? sharedDataDir ?? null, outFile: values.out ?? null };
}
