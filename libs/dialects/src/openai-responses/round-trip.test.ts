import type { TranslationLoss } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import { LOSSES_MAX } from "../neutral/loss.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "./parse-request.ts";
import { renderRequest } from "./render-request.ts";

type Tree = Record<string, unknown>;
type Message = { role: string; parts: Tree[] };

/** What is left of a request when its manifest is believed: each loss changes what its path names, and nothing else changes. */
function withoutLosses(request: NeutralRequest, losses: readonly TranslationLoss[]): Tree {
  const tree = structuredClone({ ...request, source: null, includeUsage: null }) as unknown as Tree;
  for (const loss of losses) applyLoss(tree, loss);
  for (const message of tree["messages"] as { parts: unknown[] }[]) {
    message.parts = message.parts.filter((part) => part !== null && !isEmpty(part as Tree));
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
  if (what === "choices") holder[last] = 1;
  else if (what === "stop") holder[last] = [];
  else if (why === "approximated") holder[last] = near(what, holder[last], tree);
  else if (Array.isArray(holder) || /^(sampling|service|seed)/.test(path)) holder[last] = null;
  else delete holder[last];
}

/** What stands in for what cannot be said. */
function near(what: string, value: unknown, tree: Tree): unknown {
  if (what === "text-file") return { kind: "text", text: ((value as Tree)["source"] as Tree)["text"] };
  if (what !== "reasoning-budget") return value;
  (tree["reasoning"] as Tree)["effort"] = tree["reasoningEffort"];
  return null;
}

/** Reasoning whose text cannot be said is gone, and so is one that had a state alone. */
function isEmpty(part: Tree): boolean {
  return part["kind"] === "reasoning" && part["text"] === "" && part["state"] === undefined;
}

/** What this format says in other words that mean the same: its defaults, and neighbouring items of the assistant as one turn. */
function inOwnWords(tree: Tree): unknown {
  const messages: Message[] = [];
  for (const message of tree["messages"] as Message[]) {
    const before = messages.at(-1);
    if (message.parts.length === 0 && message.role === "assistant") continue;
    if (message.role === "assistant" && before?.role === "assistant") before.parts.push(...message.parts);
    else messages.push({ ...message, parts: [...message.parts] });
  }
  const told = JSON.stringify({ ...tree, messages }, (field, value: unknown) => {
    if (field === "detail") return value ?? "auto";
    if (field === "strict" || field === "store") return value ?? false;
    if (field === "schema") return value ?? {};
    return field === "form" ? "openai-responses" : value;
  });
  return JSON.parse(told);
}

test("B8 a request comes back as it was, but for what its manifest names", () => {
  fc.assert(
    fc.property(arbitraryRequest, (request) => {
      const { body, losses } = renderRequest(request, { model: "auto", maxOutputTokens: null });
      fc.pre(losses.length < LOSSES_MAX);
      const left = withoutLosses(request, losses);
      // What is lost whole leaves messages that hold nothing, which this format cannot say.
      const messages = left["messages"] as Message[];
      fc.pre(messages.every(({ role, parts }) => role === "assistant" || parts.length > 0));
      const back = { ...parseRequest(body), source: null, includeUsage: null };
      expect(inOwnWords(back as unknown as Tree)).toEqual(inOwnWords(left));
    }),
    { numRuns: 2000 },
  );
});
