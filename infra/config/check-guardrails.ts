import { ConfigError } from "./config-error.ts";
import type { GuardrailsConfig } from "./guardrails-config.ts";

/** Throws ConfigError for a list or an expression that cannot be used. */
export async function checkGuardrails({ enabled, detect }: GuardrailsConfig): Promise<void> {
  if (!enabled) return;
  // A line without guardrails does not load what they need.
  const { compileGuard } = await import("@signalbox/guard");
  const compiled = compileGuard(detect);
  if (!compiled.ok) throw new ConfigError(`guardrails.detect: ${compiled.problems.join("; ")}`);
}
