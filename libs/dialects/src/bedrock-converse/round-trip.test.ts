import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import { argsOf } from "../neutral/call-args.ts";
import { LOSSES_MAX } from "../neutral/loss.ts";
import { type Tree, withoutLosses } from "../neutral/manifest.test-kit.ts";
import { renderRequest } from "./render-request.ts";

/** Blocks of Converse as what they mean, read without the help of the codec. */
function readBlock(block: Tree): unknown {
  const [kind = ""] = Object.keys(block);
  const inner = block[kind] as Tree;
  switch (kind) {
    case "text":
      return { text: block["text"] };
    case "cachePoint":
      return { mark: inner["ttl"] ?? "5m" };
    case "toolUse":
      return { call: inner["toolUseId"], name: inner["name"], input: inner["input"] };
    case "toolResult": {
      const content = (inner["content"] as Tree[]).map(readBlock);
      return { result: inner["toolUseId"], content, isError: inner["status"] === "error" };
    }
    case "reasoningContent": {
      const said = inner["reasoningText"] as Tree | undefined;
      return { thought: said?.["text"] ?? "", state: said?.["signature"] ?? inner["redactedContent"] };
    }
    default:
      return { media: kind, bytes: (inner["source"] as Tree)["bytes"] };
  }
}

/** A part as Converse can say it. */
function sayPart(part: Tree): unknown[] {
  const own = sayOwn(part);
  const cache = part["cache"] as { ttl: string | null } | undefined;
  return cache === undefined ? [own] : [own, { mark: cache.ttl ?? "5m" }];
}

function sayOwn(part: Tree): unknown {
  const source = part["source"] as { kind: string; data: string; text: string };
  switch (part["kind"]) {
    case "text":
      return { text: part["text"] };
    case "reasoning":
      return { thought: part["text"], state: (part["state"] as Tree)["value"] };
    case "tool-call":
      return { call: part["id"], name: part["name"], input: argsOf(String(part["arguments"])).args };
    case "file":
      return {
        media: "document",
        bytes: source.kind === "text" ? Buffer.from(source.text).toString("base64") : source.data,
      };
    default:
      return { media: part["kind"], bytes: source.data };
  }
}

type Turn = { readonly role: string; readonly said: unknown[] };

function isMark(each: unknown): boolean {
  return Object.hasOwn(each as object, "mark");
}

function sayMessage({ role, parts, callId, isError, cache }: Tree): Turn {
  const said = (parts as Tree[]).flatMap(sayPart);
  if (role !== "tool") return { role: role === "developer" ? "system" : String(role), said };
  // A mark cannot stand inside a result, and the first is one for all of it.
  const own = cache === undefined ? [] : [{ mark: (cache as { ttl: string | null }).ttl ?? "5m" }];
  const marks = [...said.filter(isMark), ...own].slice(0, 1);
  const result = { result: callId, content: said.filter((each) => !isMark(each)), isError: isError === true };
  return { role: "user", said: [result, ...marks] };
}

/** Converse wants the system first, and turns that alternate. */
function inItsTerms(messages: readonly Tree[]): { system: unknown[]; turns: Turn[] } {
  const all = messages.map(sayMessage).filter(({ said }) => said.length > 0);
  const turns: Turn[] = [];
  for (const turn of all.filter(({ role }) => role !== "system")) {
    const last = turns.at(-1);
    if (last?.role === turn.role) last.said.push(...turn.said);
    else turns.push({ ...turn, said: [...turn.said] });
  }
  return { system: all.filter(({ role }) => role === "system").flatMap(({ said }) => said), turns };
}

/** What an answer that is to be continued may not end in is named, and cut. */
function trimmed(turns: readonly Turn[]): Turn[] {
  const last = turns.at(-1);
  const end = last?.said.at(-1) as { text?: string } | undefined;
  if (last?.role !== "assistant" || end?.text === undefined) return [...turns];
  return [...turns.slice(0, -1), { ...last, said: [...last.said.slice(0, -1), { text: end.text.trimEnd() }] }];
}

test("B8 a conversation says in Converse's form what it said, but for what its manifest names", () => {
  fc.assert(
    fc.property(arbitraryRequest, (request) => {
      const model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
      const { body, losses } = renderRequest(request, { model, maxOutputTokens: null });
      fc.pre(losses.length < LOSSES_MAX);
      // The API takes four marks; which of more are left is told by a test of its own.
      fc.pre(!losses.some(({ what, why }) => what === "cache-mark" && why === "out-of-range"));
      const left = withoutLosses(
        request,
        losses.filter(({ path }) => path.startsWith("messages")),
      );
      const { system, turns } = inItsTerms(left["messages"] as Tree[]);
      // The turn that the API wants before an answer is named, too.
      const added = losses.some(({ what }) => what === "first-turn") ? 1 : 0;
      const isCut = losses.some(({ what }) => what === "trailing-space");
      const said = {
        system: ((body["system"] ?? []) as Tree[]).map(readBlock),
        turns: (body["messages"] as { role: string; content: Tree[] }[]).slice(added).map(({ role, content }) => {
          return { role, said: content.map(readBlock) };
        }),
      };
      expect(said).toEqual({ system, turns: isCut ? trimmed(turns) : turns });
    }),
    { numRuns: 300 },
  );
});
