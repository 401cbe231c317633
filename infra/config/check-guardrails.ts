import { ConfigError } from "./config-error.ts";
import { unknownRuleTypes } from "./guard-rule-types.ts";
import { guardDocumentOf } from "./guard-document.ts";
import type { GuardrailsConfig } from "./guardrails-config.ts";

/** Throws ConfigError for an expression or a schema that cannot be used, and for a rule that can never match. */
export async function checkGuardrails(guardrails: GuardrailsConfig): Promise<void> {
  if (!guardrails.enabled) return;
  // A line without guardrails does not load their code.
  const { CLOSED_TYPES, compileGuardrails } = await import("@signalbox/guard");
  const unknown = unknownRuleTypes(guardrails, CLOSED_TYPES);
  if (unknown.length > 0) throw new ConfigError(`guardrails.${unknown.join("; ")}`);
  const compiled = compileGuardrails(guardDocumentOf(guardrails));
  if (!compiled.ok) throw new ConfigError(`guardrails.${compiled.problems.join("; ")}`);
}
