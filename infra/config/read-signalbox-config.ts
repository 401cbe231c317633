import { readFileSync } from "node:fs";
import { problemWords } from "@signalbox/kit/problem-words";
import { offsetOf } from "@signalbox/kit/yaml-offset";
import { LineCounter, parseDocument, visit } from "yaml";
import type { Document, YAMLParseError } from "yaml";
import type { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { SignalboxConfig } from "./signalbox-config.ts";

type Problem = { readonly offset: number; readonly text: string };

/**
 * Reads and checks the operator's file; without one every field takes its default.
 * Throws ConfigError with a line `file:line: field: what is wrong and what would be right` for each problem.
 */
export function readSignalboxConfig(file: string | undefined): SignalboxConfig {
  return file === undefined ? SignalboxConfig.parse({}) : parseSignalboxConfig(readText(file), file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file}: cannot be read (${(error as Error).message}). Check the path after --config.`);
  }
}

/**
 * What was found wrong behind the schema, as a provider whose models cannot be listed: with the file and the line of the
 * field that its message begins with. Without a file there is no such place, and other errors stay as they are.
 */
export function placedInConfig(error: unknown, file: string | undefined): unknown {
  if (file === undefined || !(error instanceof ConfigError)) return error;
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines, prettyErrors: false });
  const [field = ""] = /^[\w.-]+/.exec(error.message) ?? [];
  const { line } = lines.linePos(offsetOf(field.split("."), document));
  return new ConfigError(`${file}:${line}: ${error.message}`);
}

/** The same over text; `file` is its name in messages. */
export function parseSignalboxConfig(text: string, file: string): SignalboxConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const fail = (problems: readonly Problem[]): never => {
    const ordered = problems.toSorted((a, b) => a.offset - b.offset);
    throw new ConfigError(ordered.map((at) => `${file}:${lines.linePos(at.offset).line}: ${at.text}`).join("\n"));
  };
  if (document.errors.length > 0) {
    fail(document.errors.map((error) => ({ offset: error.pos[0], text: syntaxProblem(error) })));
  }
  const strangers = aliasesWithoutAnchor(document);
  if (strangers.length > 0) fail(strangers);
  const result = SignalboxConfig.safeParse(document.toJS() ?? {}, { error: problemWords });
  return result.success ? result.data : fail(result.error.issues.flatMap((issue) => problemsOf(issue, document)));
}

function syntaxProblem({ code, message }: YAMLParseError): string {
  if (message.startsWith("Alias cannot be an empty string")) return "an asterisk alone: put it in quotes, as in ['*']";
  if (code === "MULTIPLE_DOCS") return "a second document begins here: remove the line `---`, the file is one document";
  return `this is not YAML: ${message}`;
}

/** YAML takes a value that begins with an asterisk for a reference. */
function aliasesWithoutAnchor(document: Document.Parsed): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      const text = `*${alias.source} refers to nothing: put a text that begins with an asterisk in quotes`;
      problems.push({ offset: alias.range?.[0] ?? 0, text });
    },
  });
  return problems;
}

/** An unknown field is shown where its own name stands, and each one by itself. */
function problemsOf(issue: z.core.$ZodIssue, document: Document): Problem[] {
  const field = issue.path.join(".");
  if (issue.code !== "unrecognized_keys") {
    return [{ offset: offsetOf(issue.path, document), text: `${field || "the file"}: ${issue.message}` }];
  }
  return issue.message.split("; ").map((text, index) => {
    const path = [...issue.path, issue.keys[index] ?? ""];
    return { offset: offsetOf(path, document), text: `${path.join(".")}: ${text}` };
  });
}
