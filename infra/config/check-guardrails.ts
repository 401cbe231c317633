import { ConfigError } from "./config-error.ts";
import { guardDocumentOf, type GuardrailsConfig } from "./guardrails-config.ts";

/** Throws ConfigError for a list, an expression or a schema that cannot be used. */
export async function checkGuardrails(guardrails: GuardrailsConfig): Promise<void> {
  if (!guardrails.enabled) return;
  // A line without guardrails does not load what they need.
  const { compileGuardrails } = await import("@signalbox/guard");
  const compiled = compileGuardrails(guardDocumentOf(guardrails));
  if (!compiled.ok) throw new ConfigError(`guardrails.${compiled.problems.join("; ")}`);
}
