import type { PolicyDocument, Strategy } from "@signalbox/proto";

/** What the request's `model` asks for. */
export type ModelRequest =
  | { readonly kind: "auto"; readonly strategy: Exclude<Strategy, "pinned"> }
  | { readonly kind: "pinned"; readonly name: string }
  | { readonly kind: "unknown-strategy"; readonly name: string };

const AUTO = "auto";
const AUTO_STRATEGIES = ["value", "cost", "latency", "quality"] as const;

/** `auto`, `auto:<strategy>`, or the name of a model with or without its provider. */
export function parseModel(model: string, policy: PolicyDocument): ModelRequest {
  if (model === AUTO) return { kind: "auto", strategy: policy.defaultStrategy };
  if (!model.startsWith(`${AUTO}:`)) return { kind: "pinned", name: model };
  const name = model.slice(AUTO.length + 1);
  const strategy = AUTO_STRATEGIES.find((known) => known === name);
  return strategy === undefined ? { kind: "unknown-strategy", name } : { kind: "auto", strategy };
}

/** The forms that `auto` takes, for messages. */
export const AUTO_FORMS: readonly string[] = [AUTO, ...AUTO_STRATEGIES.map((name) => `${AUTO}:${name}`)];
