import { SignalboxError } from "@signalbox/proto";
import type { z } from "zod";

/** Checks what a caller sent. Throws `invalid-request` with `param` set to the field at fault. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const param = issue.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : issue.path.join(".");
  const problem = issue.code === "unrecognized_keys" ? "there is no such parameter" : issue.message;
  throw new SignalboxError("invalid-request", param === "" ? problem : `Invalid '${param}': ${problem}.`, {
    details: { param },
  });
}
