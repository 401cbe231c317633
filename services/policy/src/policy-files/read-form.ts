import type { PolicyFile, PolicyProblem } from "@signalbox/proto";
import { problemWords } from "@signalbox/kit/problem-words";
import { offsetOf } from "@signalbox/kit/yaml-offset";
import { isScalar, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { FileForm } from "./file-form.ts";

/** Where a part of a file stands, by its path. */
export type LineOf = (path: readonly PropertyKey[]) => number;

type ReadForm =
  | { readonly kind: "read"; readonly form: FileForm; readonly lineOf: LineOf }
  | { readonly kind: "wrong"; readonly problems: readonly PolicyProblem[] };

/** Reads one file of a policy. Each problem names its line, the field and what would be right. */
export function readForm({ name: file, text }: PolicyFile): ReadForm {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, counter.linePos(offset).line);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      return { file, line: lineAt(error.pos[0]), text: `this is not YAML: ${error.message}` };
    });
    return { kind: "wrong", problems };
  }
  const lineOf: LineOf = (path) => lineAt(offsetOf(path, document));
  let written: unknown;
  try {
    written = document.toJS() ?? {};
  } catch (error) {
    // An alias that would unfold without end.
    return { kind: "wrong", problems: [{ file, line: 1, text: (error as Error).message }] };
  }
  const result = FileForm.safeParse(written, { error: problemWords });
  if (result.success) return { kind: "read", form: result.data, lineOf };
  const problems = result.error.issues.flatMap(eachField).map((issue) => {
    const line = lineOf(issue.path) + lineWithin(issue, document);
    return { file, line, text: `${pathText(issue.path) || "the file"}: ${issue.message}` };
  });
  return { kind: "wrong", problems: problems.toSorted((a, b) => a.line - b.line) };
}

/** An unknown field is shown where its own name stands, and each one by itself. */
function eachField(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "unrecognized_keys") return [issue];
  const messages = issue.message.split("; ");
  return issue.keys.map((key, at) => ({
    ...issue,
    path: [...issue.path, key],
    message: messages[at] ?? issue.message,
  }));
}

/** `rules[3].do.pin`. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === "number" ? `[${part}]` : `${at === 0 ? "" : "."}${String(part)}`))
    .join("");
}

/** A condition may stand on several lines of a block: those before the place of its problem. */
function lineWithin(issue: z.core.$ZodIssue, document: Document): number {
  const at: unknown = issue.code === "custom" ? issue.params?.["at"] : undefined;
  const node: unknown = document.getIn(issue.path, true);
  if (typeof at !== "number" || !isScalar(node) || typeof node.value !== "string") return 0;
  const inBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED" ? 1 : 0;
  return inBlock + (node.type === "BLOCK_LITERAL" ? node.value.slice(0, at).split("\n").length - 1 : 0);
}
