import type { GuardDocument } from "@signalbox/proto";
import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { compileGuard, type Guard } from "./guard.ts";
import { compileToolRules, type ToolRules } from "./tools/tool-rules.ts";

/** A compiled guardrails document, with the digest by which records name it. */
export type Guardrails = {
  readonly digest: string;
  readonly document: GuardDocument;
  readonly guard: Guard;
  /** null: every tool may be called, with anything. */
  readonly toolRules: ToolRules | null;
};

type CompiledGuardrails =
  | { readonly ok: true; readonly guardrails: Guardrails }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Compiles a guardrails document. A problem names the pattern or tool at fault and never quotes an expression. */
export function compileGuardrails(document: GuardDocument): CompiledGuardrails {
  const compiled = compileGuard(document.detect);
  if (!compiled.ok) return { ok: false, problems: compiled.problems.map((problem) => `detect: ${problem}`) };
  const tools = document.tools === undefined ? null : compileToolRules(document.tools);
  if (tools?.ok === false) return tools;
  const digest = sha256Digest(canonicalize(document));
  return { ok: true, guardrails: { digest, document, guard: compiled.guard, toolRules: tools?.rules ?? null } };
}
