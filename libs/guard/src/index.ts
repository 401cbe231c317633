export {
  CLOSED_TYPES,
  INJECTION_TYPES,
  PII_TYPES,
  type Detector,
  type Finding,
  type FindingType,
  type InjectionType,
  type PiiType,
} from "./finding.ts";
export { compileGuard, scan, type CompiledGuard, type Guard } from "./guard.ts";
export { compileGuardrails, type CompiledGuardrails, type Guardrails } from "./guardrails.ts";
export { DEFAULT_GUARD, type GuardConfig } from "./guard-config.ts";
export { findInForm } from "./form/find-in-form.ts";
export type { Attachment, RequestForm, ToolCall } from "./form/request-form.ts";
export { compileToolRules, type ToolRules } from "./tools/tool-rules.ts";
export { textFields, type TextField } from "./json/text-fields.ts";
export type { Pattern } from "./lists/find-pattern.ts";
export type { WordList } from "./lists/word-list.ts";
export { scanJson, type JsonFinding } from "./json/scan-json.ts";
export { scanJsonSlices, type SlicedScan } from "./json/scan-json-slices.ts";
export { redactJson } from "./json/redact-json.ts";
export { maskText } from "./redact/mask-text.ts";
export { redactText } from "./redact/redact-text.ts";
export type { Redaction } from "./redact/redaction.ts";
export { restore, type RestoreForm } from "./redact/restore.ts";
export { RestoreStream } from "./redact/restore-stream.ts";
export { ScanStream, STREAM_HELD_MAX_CHARS, type Released } from "./stream/scan-stream.ts";
export { chooseAction, GUARD_ACTIONS, type GuardAction, type GuardRule, type Verdict } from "./rules/choose-action.ts";
export { PLACES_MAX, summarise, type TypeSummary } from "./rules/summarise.ts";
export { findingsNamed } from "./rules/findings-named.ts";
