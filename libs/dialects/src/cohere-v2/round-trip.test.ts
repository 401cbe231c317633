import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import { LOSSES_MAX } from "../neutral/loss.ts";
import { type Tree, withoutLosses } from "../neutral/manifest.test-kit.ts";
import { sourceOfUrl } from "../neutral/media-source.ts";
import { renderRequest } from "./render-request.ts";

type Call = { readonly id: string; readonly function: { readonly name: string; readonly arguments: string } };

/** Cohere's messages as what they mean, read without the help of the codec. */
function readMessages(messages: readonly Tree[]): Tree[] {
  return messages.map(({ role, content, tool_plan: plan, tool_calls: calls, tool_call_id: callId }) => {
    const list = typeof content === "string" ? [{ type: "text", text: content }] : ((content ?? []) as Tree[]);
    const parts = list.filter((part) => part["text"] !== "").map(readPart);
    const planned = plan === undefined ? [] : [{ kind: "reasoning", text: plan }];
    const called = ((calls ?? []) as Call[]).map((call) => ({ kind: "tool-call", id: call.id, ...call.function }));
    return { role, parts: [...parts, ...planned, ...called], ...(callId === undefined ? {} : { callId }) };
  });
}

function readPart(part: Tree): Tree {
  if (part["type"] === "text") return { kind: "text", text: part["text"] };
  if (part["type"] === "thinking") return { kind: "reasoning", text: part["thinking"] };
  const image = part["image_url"] as { url: string; detail?: string };
  return { kind: "image", source: sourceOfUrl(image.url), detail: image.detail ?? null };
}

function isSystem({ role }: Tree): boolean {
  return role === "system" || role === "developer";
}

/** What Cohere's own rules make of messages beside what is lost: the system comes first. */
function systemFirst(messages: readonly Tree[]): Tree[] {
  const system = messages.filter(isSystem).map((message) => ({ ...message, role: "system" }));
  return [...system, ...messages.filter((message) => !isSystem(message))];
}

test("B8 a conversation says in Cohere's form what it said, but for what its manifest names", () => {
  fc.assert(
    fc.property(arbitraryRequest, (request) => {
      const { body, losses } = renderRequest(request, { model: "m", maxOutputTokens: null });
      fc.pre(losses.length < LOSSES_MAX);
      const left = withoutLosses(
        request,
        losses.filter(({ path }) => path.startsWith("messages")),
      );
      const expected = systemFirst(left["messages"] as Tree[]);
      const said = readMessages(body["messages"] as Tree[]);
      expect(JSON.parse(JSON.stringify(said))).toEqual(JSON.parse(JSON.stringify(expected)));
      const documents = losses.filter(({ what }) => what === "file-place").length;
      expect(((body["documents"] ?? []) as unknown[]).length).toBe(documents);
    }),
    { numRuns: 300 },
  );
});
