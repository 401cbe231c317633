import type { CacheMark } from "./part.ts";
import type { BodyForm, JsonObject } from "./source.ts";

export type NeutralTool =
  | {
      readonly kind: "function";
      readonly name: string;
      readonly description: string | null;
      /** JSON Schema, or null. */
      readonly parameters: JsonObject | null;
      /** Whether arguments must fit the schema exactly; null when the request does not say. */
      readonly strict: boolean | null;
      readonly cache?: CacheMark;
    }
  /** Its input is free text, in the `format` (a grammar) as Chat Completions writes it: `{type: "grammar", grammar: {…}}`. */
  | {
      readonly kind: "custom";
      readonly name: string;
      readonly description: string | null;
      readonly parameters: null;
      readonly format: JsonObject | null;
    }
  /** A provider's own tool, run on its side. */
  | {
      readonly kind: "other";
      readonly name: string | null;
      readonly description: null;
      readonly parameters: null;
      readonly type: string;
      readonly form: BodyForm;
      readonly body: JsonObject;
    };

export type NeutralToolChoice =
  /** The model decides; calls none; calls at least one. */
  | { readonly kind: "auto" | "none" | "required" }
  /** Calls this one. */
  | { readonly kind: "tool"; readonly name: string }
  /** The model may call these of the tools alone. */
  | { readonly kind: "allowed"; readonly mode: "auto" | "required"; readonly names: readonly string[] };
