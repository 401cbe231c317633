import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Yaml from "yaml";
import { z } from "zod";

/** A config that cannot be used; the message names file, line, field and what is wrong. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Parses YAML (and so JSON) text against a schema.
 * Throws ConfigError with one line for each problem: `file:line: path: problem`.
 */
export function parseConfig<S extends z.ZodType>(schema: S, text: string, file: string): z.infer<S> {
  const fromJson = file.endsWith(".json") ? schema.safeParse(tryJson(text)) : null;
  if (fromJson?.success === true) return fromJson.data;
  const { LineCounter, parseDocument } = loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [syntax] = document.errors;
  if (syntax !== undefined) throw new ConfigError(`${file}:${lines.linePos(syntax.pos[0]).line}: ${syntax.message}`);
  const result = schema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${file}:${lineOf(issue)}: ${describe(issue)}`).join("\n"));

  function lineOf(issue: z.core.$ZodIssue): number {
    // The deepest node that exists is where the reader must look: a missing field is shown at its parent.
    for (let depth = issue.path.length; depth >= 0; depth -= 1) {
      const node: unknown = document.getIn(issue.path.slice(0, depth), true);
      const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
      if (range !== undefined && range !== null) return lines.linePos(range[0]).line;
    }
    return 1;
  }
}

/** What a program wrote is JSON and has no mistake to show the line of. */
function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Loaded when it is needed, because services read JSON and start faster without it. */
function loadYaml(): typeof Yaml {
  return createRequire(import.meta.url)("yaml") as typeof Yaml;
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.length === 0 ? "(top level)" : issue.path.join(".");
  const fix = issue.code === "unrecognized_keys" ? " Remove it, or check its spelling in the config reference." : "";
  return `${path}: ${issue.message}.${fix}`;
}

/** What a service's command line may hold beside `--config FILE`; `--held` is the supervisor's. */
const OPTIONS: ReadonlySet<string> = new Set(["--check", "--help", "--held"]);

/**
 * Reads a service's config from `--config FILE`; without one every field takes its default.
 * Throws ConfigError for words that mean nothing here too: a `--chek` must not start the service.
 */
export function readConfig<S extends z.ZodType>(
  schema: S,
  argv: readonly string[] = process.argv.slice(2),
): z.infer<S> {
  const at = argv.indexOf("--config");
  const file = at === -1 ? undefined : argv[at + 1];
  if (at !== -1 && file === undefined) throw new ConfigError("--config needs the path of a file.");
  const unknown = argv.find((word, index) => !OPTIONS.has(word) && (at === -1 || index < at || index > at + 1));
  if (unknown !== undefined) throw new ConfigError(`there is no option '${unknown}': see --help.`);
  if (file === undefined) return schema.parse({});
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  return parseConfig(schema, text, file);
}
