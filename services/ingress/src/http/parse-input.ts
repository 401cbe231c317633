import { problemWords } from "@signalbox/kit/problem-words";
import { SignalboxError } from "@signalbox/proto";
import { z } from "zod";
import { readNested } from "./read-nested.ts";

/** U+0000 as JSON escapes it, after an even number of backslashes; PostgreSQL takes no text with it. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;

/** Checks what a caller sent against a schema. Throws `invalid-request` with `param` set to the field at fault. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  if (NUL.test(readNested(() => JSON.stringify(input)) ?? ""))
    throw new SignalboxError("invalid-request", "A text holds the character U+0000, which cannot be kept.");
  const result = schema.safeParse(input, { error: problemWords });
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const param = issue.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : issue.path.join(".");
  const problem = issue.code === "unrecognized_keys" ? noSuch(schema, issue) : issue.message;
  throw new SignalboxError("invalid-request", param === "" ? problem : `Invalid '${param}': ${problem}.`, {
    details: { param },
  });
}

/** The message for an unknown field; at the outermost level it lists those there are. */
function noSuch(schema: z.ZodType, { path }: z.core.$ZodIssue): string {
  const known = path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return `there is no such parameter${known.length === 0 ? "" : `; there are ${known.join(", ")}`}`;
}
