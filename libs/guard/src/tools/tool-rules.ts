import { matchPattern } from "@signalbox/decision/match-pattern";
import type { GuardDocument } from "@signalbox/proto";
import { Ajv, type ValidateFunction } from "ajv";
import type { ToolCall } from "../form/request-form.ts";

type ToolLists = NonNullable<GuardDocument["tools"]>;

/** Larger arguments are not parsed; they count as not fitting. */
const ARGUMENTS_MAX_CHARS = 262_144;

/** Which tools may be offered and called, and with what. */
export type ToolRules = {
  /** null: a provider's own tool that has no name. */
  allows(name: string | null): boolean;
  wrongIn(call: ToolCall): "tool.forbidden" | "tool.arguments" | null;
};

type CompiledToolRules =
  | { readonly ok: true; readonly rules: ToolRules }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Compiles tool rules. A problem names the tool pattern whose schema cannot be used. */
export function compileToolRules({ allow, deny = [], schemas = [] }: ToolLists): CompiledToolRules {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: false, logger: false });
  const checks: { readonly tool: string; readonly fits: ValidateFunction }[] = [];
  const problems: string[] = [];
  for (const { tool, schema } of schemas) {
    try {
      checks.push({ tool, fits: ajv.compile(JSON.parse(schema) as object) });
    } catch (error) {
      problems.push(`tools.schemas ${tool}: ${error instanceof Error ? error.message : "it is no JSON Schema"}`);
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const allows = (name: string | null): boolean =>
    !covers(deny, name ?? "") && (allow === undefined || covers(allow, name ?? ""));
  return {
    ok: true,
    rules: {
      allows,
      wrongIn(call) {
        if (!allows(call.name)) return "tool.forbidden";
        const check = checks.find(({ tool }) => matchPattern(tool, call.name));
        return check === undefined || fits(call.arguments, check.fits) ? null : "tool.arguments";
      },
    },
  };
}

function covers(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matchPattern(pattern, name));
}

function fits(text: string | null, check: ValidateFunction): boolean {
  if (text === null || text.length > ARGUMENTS_MAX_CHARS) return false;
  try {
    // A call without arguments may have no text at all.
    return check(JSON.parse(text === "" ? "{}" : text));
  } catch {
    return false;
  }
}
