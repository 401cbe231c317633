import { readFile } from "node:fs/promises";
import type { Guardrails } from "@signalbox/guard";
import { GuardDocument } from "@signalbox/proto";
import { ConfigError, parseConfig } from "./read-config.ts";

/**
 * The guardrails document in a JSON file, made ready. Throws ConfigError, which names the list or pattern that cannot
 * be used.
 */
export async function readGuardrails(path: string): Promise<Guardrails> {
  // A line without guardrails does not load what they need.
  const { compileGuardrails } = await import("@signalbox/guard");
  const compiled = compileGuardrails(parseConfig(GuardDocument, await readFile(path, "utf8"), path));
  if (!compiled.ok) throw new ConfigError(`${path}: ${compiled.problems.join("; ")}`);
  return compiled.guardrails;
}
