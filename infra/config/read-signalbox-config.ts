import { readFileSync } from "node:fs";
import { problemWords } from "@signalbox/kit/problem-words";
import { offsetOf } from "@signalbox/kit/yaml-offset";
import { LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";
import type { z } from "zod";
import { ConfigError } from "./config-error.ts";
import { SignalboxConfig } from "./signalbox-config.ts";

type Problem = { readonly offset: number; readonly text: string };

/**
 * Reads and checks the operator's file; without one every field takes its default.
 * Throws ConfigError with a line `file:line: field: what is wrong and what would be right` for each problem.
 */
export function readSignalboxConfig(file: string | undefined): SignalboxConfig {
  if (file === undefined) return SignalboxConfig.parse({});
  try {
    return parseSignalboxConfig(readFileSync(file, "utf8"), file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${file}: cannot be read (${(error as Error).message}). Check the path after --config.`);
  }
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
    fail(document.errors.map((error) => ({ offset: error.pos[0], text: `this is not YAML: ${error.message}` })));
  }
  const result = SignalboxConfig.safeParse(document.toJS() ?? {}, { error: problemWords });
  return result.success ? result.data : fail(result.error.issues.flatMap((issue) => problemsOf(issue, document)));
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
