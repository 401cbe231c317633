import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import { LOSSES_MAX } from "../neutral/loss.ts";
import { type Tree, withoutLosses } from "../neutral/manifest.test-kit.ts";
import { sourceOfUrl } from "../neutral/media-source.ts";
import { mistralCallId } from "./call-id.ts";
import { renderRequest } from "./render-request.ts";

/** Mistral's messages as what they mean, read without the help of the codec. */
function readMessages(messages: readonly Tree[]): Tree[] {
  return messages.map((message) => {
    const { content, tool_calls: calls, role, tool_call_id: callId } = message;
    const list = typeof content === "string" ? [{ type: "text", text: content }] : (content as Tree[]);
    const parts = list.flatMap((part) => (part["text"] === "" ? [] : [readPart(part)]));
    const called = ((calls ?? []) as { id: string; function: { name: string; arguments: string } }[]).map((call) => {
      return { kind: "tool-call", id: call.id, ...call.function };
    });
    return { role, parts: [...parts, ...called], ...(callId === undefined ? {} : { callId }) };
  });
}

function readPart(part: Tree): Tree {
  const image = part["image_url"] as { url: string; detail?: string } | undefined;
  switch (part["type"]) {
    case "text":
      return { kind: "text", text: part["text"] };
    case "thinking":
      return { kind: "reasoning", text: (part["thinking"] as { text: string }[])[0]?.text };
    case "image_url":
      return { kind: "image", source: sourceOfUrl(image?.url ?? ""), detail: image?.detail ?? null };
    case "input_audio":
      return { kind: "audio", source: { kind: "base64", mime: "audio/wav", data: part["input_audio"] } };
    default:
      return { kind: "file", source: sourceOfUrl(String(part["document_url"])), name: part["document_name"] };
  }
}

function isSystem({ role }: Tree): boolean {
  return role === "system" || role === "developer";
}

/** What Mistral's own rules make of messages beside what is lost: the system first, calls under ids of its form. */
function inItsTerms(messages: readonly Tree[]): Tree[] {
  const all = [...messages.filter(isSystem), ...messages.filter((message) => !isSystem(message))];
  return all.map((message) => {
    const parts = (message["parts"] as Tree[]).map((part) => {
      return part["kind"] === "tool-call" ? { ...part, id: mistralCallId(part["id"] as string, "") } : part;
    });
    const { callId } = message;
    const role = isSystem(message) ? "system" : message["role"];
    return {
      ...message,
      role,
      parts,
      ...(callId === undefined ? {} : { callId: mistralCallId(callId as string, "") }),
    };
  });
}

test("B8 a conversation says in Mistral's form what it said, but for what its manifest names", () => {
  fc.assert(
    fc.property(arbitraryRequest, (request) => {
      const { body, losses } = renderRequest(request, { model: "m", maxOutputTokens: null });
      fc.pre(losses.length < LOSSES_MAX);
      const left = withoutLosses(
        request,
        losses.filter(({ path }) => path.startsWith("messages")),
      );
      const bridges = losses.filter(({ what }) => what === "turn-order").length;
      const sent = body["messages"] as Tree[];
      const said = sent.filter(({ role, content }, index) => {
        return !(
          role === "assistant" &&
          content === "OK." &&
          sent[index - 1]?.["role"] === "tool" &&
          sent[index + 1]?.["role"] === "user"
        );
      });
      expect(sent.length - said.length).toBe(bridges);
      const expected = inItsTerms(left["messages"] as Tree[]);
      expect(JSON.parse(JSON.stringify(readMessages(said)))).toEqual(JSON.parse(JSON.stringify(expected)));
    }),
    { numRuns: 300 },
  );
});
