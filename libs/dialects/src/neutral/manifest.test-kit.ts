import type { TranslationLoss } from "@signalbox/proto";
import { rankOf } from "../openai-chat/part-order.ts";
import type { NeutralPart } from "./part.ts";
import type { NeutralRequest } from "./request.ts";

export type Tree = Record<string, unknown>;

/** What is left of a request when its manifest is believed: each loss changes what its path names, and nothing else changes. */
export function withoutLosses(request: NeutralRequest, losses: readonly TranslationLoss[]): Tree {
  const tree = structuredClone({ ...request, source: null, includeUsage: null }) as unknown as Tree;
  // Paths name places of the request as it was, so what reorders a list comes last.
  const ordered = losses.toSorted((a, b) => Number(a.path.endsWith(".parts")) - Number(b.path.endsWith(".parts")));
  for (const loss of ordered) applyLoss(tree, loss);
  for (const message of tree["messages"] as Tree[]) {
    message["parts"] = (message["parts"] as (NeutralPart | null)[]).filter((part) => part !== null && !isEmpty(part));
  }
  tree["tools"] = (tree["tools"] as unknown[]).filter((tool) => tool !== null);
  // How tools are called is said beside tools alone.
  if ((tree["tools"] as unknown[]).length === 0) Object.assign(tree, { toolChoice: null, parallelTools: null });
  return tree;
}

function applyLoss(tree: Tree, { path, what, why }: TranslationLoss): void {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== "");
  const last = steps.pop() ?? "";
  const holder = steps.reduce<Tree | null>((at, step) => (at?.[step] ?? null) as Tree | null, tree);
  if (holder === null) return;
  if (why === "approximated") holder[last] = near(what, holder[last], tree);
  else if (why === "out-of-range") holder[last] = (holder[last] as unknown[]).slice(0, 4);
  else if (Array.isArray(holder) || path.startsWith("sampling") || path === "service.tier" || path === "metadata")
    holder[last] = null;
  else if (what === "reasoning-summary") holder[last] = null;
  else delete holder[last];
}

/** What stands in for what cannot be said. */
function near(what: string, value: unknown, tree: Tree): unknown {
  switch (what) {
    case "text-file":
      return { kind: "text", text: ((value as Tree)["source"] as Tree)["text"] };
    case "file-place":
      return null;
    case "refusal":
      return { kind: "text", text: (value as Tree)["text"] };
    case "call-order":
      return (value as (NeutralPart | null)[])
        .filter((part) => part !== null)
        .toSorted((a, b) => Number(a.kind === "tool-call") - Number(b.kind === "tool-call"));
    case "custom-tool-call": {
      const { custom: _, ...call } = value as Tree;
      return { ...call, arguments: JSON.stringify({ input: call["arguments"] }) };
    }
    case "part-order":
      return (value as (NeutralPart | null)[])
        .filter((part) => part !== null)
        .toSorted((a, b) => rankOf(a) - rankOf(b));
    case "tool-result-parts":
      return [{ kind: "text", text: (value as { text: string }[]).map(({ text }) => text).join("\n") }];
    case "reasoning-budget":
      (tree["reasoning"] as Tree)["effort"] = tree["reasoningEffort"];
      return null;
    default:
      return value;
  }
}

/** Reasoning whose text cannot be said is gone, and so is one that had a state alone. */
function isEmpty(part: NeutralPart): boolean {
  return part.kind === "reasoning" && part.text === "" && part.state === undefined;
}
