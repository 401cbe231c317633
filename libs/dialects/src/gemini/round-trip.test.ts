import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { arbitraryRequest } from "../neutral/arbitrary-request.test-kit.ts";
import { argsOf } from "../neutral/call-args.ts";
import type { MediaSource } from "../neutral/media-source.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { NO_SIGNATURE } from "./signature.ts";
import { parseRequest } from "./parse-request.ts";

/** A text document is sent as its bytes. */
function bytesOf(source: MediaSource): string[] {
  if (source.kind === "text") return [Buffer.from(source.text, "utf8").toString("base64")];
  return source.kind === "base64" ? [source.data] : [];
}

/** What is said beside a document is sent as text before it. */
function wordsOf(part: NeutralPart): string {
  if (part.kind === "file") return part.source.kind === "file-id" ? "" : (part.context ?? "");
  return part.kind === "text" || part.kind === "refusal" ? part.text : "";
}

function rank({ role }: NeutralRequest["messages"][number]): number {
  return role === "system" || role === "developer" ? 0 : 1;
}

/** The texts, the calls, the results and the signatures of a conversation, each in its order, system text first. */
function essence(request: NeutralRequest): Record<string, unknown> {
  const messages = request.messages.toSorted((a, b) => rank(a) - rank(b));
  const parts = messages.flatMap((message) => (message.role === "tool" ? [] : message.parts));
  return {
    text: parts.map(wordsOf).join(""),
    calls: parts.flatMap((part) =>
      part.kind === "tool-call" ? [[part.id, part.name, argsOf(part.arguments).args]] : [],
    ),
    results: messages.flatMap((message) =>
      message.role === "tool" && message.callId !== null ? [[message.callId, message.isError ?? false]] : [],
    ),
    media: messages
      .flatMap((message) => message.parts)
      .flatMap((part) => ("source" in part ? bytesOf(part.source) : [])),
    signatures: parts.flatMap((part) => {
      const state = "state" in part ? part.state : undefined;
      return state?.wire === "gemini" && state.value !== NO_SIGNATURE ? [state.value] : [];
    }),
  };
}

test("B8 a request of any dialect, written in this form and read again, says the same", () => {
  fc.assert(
    fc.property(arbitraryRequest, (given) => {
      const { body } = renderFor("gemini", given, { model: "gemini-3-pro", maxOutputTokens: null });
      const read = parseRequest(JSON.parse(JSON.stringify(body)), { model: "gemini-3-pro", stream: given.stream });
      const before = essence(given);
      const after = essence(read);
      expect(after["text"]).toBe(before["text"]);
      expect(after["calls"]).toEqual(before["calls"]);
      expect(after["signatures"]).toEqual(before["signatures"]);
      expect(after["media"]).toEqual(before["media"]);
      expect(read.tools.flatMap(({ name }) => name ?? [])).toEqual(
        given.tools.flatMap((tool) => (tool.kind === "function" ? tool.name : [])),
      );
      expect([read.temperature, read.maxOutputTokens, read.choices, read.stream]).toEqual([
        given.temperature,
        given.maxOutputTokens,
        given.choices,
        given.stream,
      ]);
    }),
  );
});
