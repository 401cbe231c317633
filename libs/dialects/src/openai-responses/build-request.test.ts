import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import { arbitraryPart } from "../neutral/arbitrary.test-kit.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "./parse-request.ts";

const base = parseRequest({ model: "auto", input: "Hello" });
const foreign = (change: Partial<NeutralRequest>): NeutralRequest => {
  return { ...base, source: { dialect: "anthropic-messages", body: {} }, ...change };
};
const render = (change: Partial<NeutralRequest>): ReturnType<typeof renderFor> => {
  return renderFor("openai-responses", foreign(change), { model: "m-1", maxOutputTokens: null });
};

function isKept(part: NeutralPart): boolean {
  if (part.kind !== "reasoning") return part.kind === "text" || part.kind === "tool-call";
  return part.state?.wire === "openai-responses" && part.state.kind === "encrypted";
}

function uncited(part: NeutralPart): boolean {
  return part.kind === "text" && part.annotations?.some(({ url }) => url === null) === true;
}

function said(part: NeutralPart): unknown {
  return [part.kind, "text" in part ? part.text : "arguments" in part && part.arguments];
}

describe("B8 a request of another dialect becomes one of this", () => {
  test("with everything that this one can say", () => {
    const { body, losses } = render({
      messages: [
        { role: "system", parts: [{ kind: "text", text: "Be brief." }] },
        {
          role: "user",
          parts: [
            { kind: "text", text: "What is this?" },
            { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: null },
            { kind: "file", source: { kind: "base64", mime: "application/pdf", data: "CCCC" }, name: "a.pdf" },
          ],
        },
        {
          role: "assistant",
          parts: [
            { kind: "reasoning", text: "Hm", state: { wire: "openai-responses", kind: "encrypted", value: "ENC" } },
            { kind: "text", text: "I look." },
            { kind: "tool-call", id: "c1", name: "look", arguments: "{}" },
            { kind: "tool-call", id: "c2", name: "patch", arguments: "x", custom: true },
          ],
        },
        { role: "tool", callId: "c1", parts: [{ kind: "text", text: "dark" }] },
        { role: "tool", callId: "c2", parts: [{ kind: "text", text: "ok" }], custom: true },
      ],
      tools: [
        { kind: "function", name: "look", description: null, parameters: { type: "object" }, strict: null },
        {
          kind: "custom",
          name: "patch",
          description: null,
          parameters: null,
          format: { type: "grammar", grammar: { syntax: "lark", definition: "start: x" } },
        },
      ],
      toolChoice: { kind: "tool", name: "patch" },
      responseFormat: { kind: "json-schema", name: "s", schema: { type: "object" }, description: null, strict: true },
      reasoning: { effort: "low", budgetTokens: null, summary: "auto" },
      reasoningEffort: "low",
      stream: true,
      maxOutputTokens: 9,
      metadata: { a: "b" },
    });
    expect(losses).toEqual([]);
    expect(body).toEqual({
      model: "m-1",
      instructions: "Be brief.",
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "What is this?" },
            { type: "input_image", detail: "auto", image_url: "data:image/png;base64,AAAA" },
            { type: "input_file", filename: "a.pdf", file_data: "data:application/pdf;base64,CCCC" },
          ],
        },
        { type: "reasoning", summary: [{ type: "summary_text", text: "Hm" }], encrypted_content: "ENC" },
        { role: "assistant", content: [{ type: "output_text", text: "I look.", annotations: [] }] },
        { type: "function_call", call_id: "c1", name: "look", arguments: "{}" },
        { type: "custom_tool_call", call_id: "c2", name: "patch", input: "x" },
        { type: "function_call_output", call_id: "c1", output: "dark" },
        { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
      ],
      tools: [
        { type: "function", name: "look", parameters: { type: "object" }, strict: false },
        { type: "custom", name: "patch", format: { type: "grammar", syntax: "lark", definition: "start: x" } },
      ],
      tool_choice: { type: "custom", name: "patch" },
      text: { format: { type: "json_schema", name: "s", schema: { type: "object" }, strict: true } },
      reasoning: { effort: "low", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      stream: true,
      store: false,
      max_output_tokens: 9,
      metadata: { a: "b" },
    });
  });

  test("and names what it cannot", () => {
    const { losses } = render({
      choices: 2,
      seed: 7,
      sampling: { ...base.sampling, topK: 4, stop: ["END"], frequencyPenalty: 1 },
      messages: [
        {
          role: "user",
          name: "ann",
          parts: [{ kind: "audio", source: { kind: "base64", mime: "audio/wav", data: "" } }],
        },
        { role: "tool", callId: "c", parts: [], isError: true },
      ],
    });
    expect(losses.map(({ what }) => what).toSorted()).toEqual(
      ["audio", "choices", "frequency-penalty", "name", "seed", "stop", "tool-error", "top-k"].toSorted(),
    );
  });

  test("B9 an assistant's turn is read back as it was, but for what the losses name", () => {
    fc.assert(
      fc.property(fc.array(arbitraryPart, { minLength: 1, maxLength: 6 }), (parts) => {
        const { body, losses } = render({ messages: [{ role: "assistant", parts }] });
        const read = parseRequest({ ...body, include: undefined }).messages.flatMap((message) => message.parts);
        expect(read.map(said)).toEqual(parts.filter(isKept).map(said));
        const paths = losses.map(({ path }) => path);
        for (const [index, part] of parts.entries()) {
          const at = `messages[0].parts[${index}]`;
          const isSigned = "state" in part && part.kind !== "reasoning";
          const isNamed = paths.some((path) =>
            isKept(part) ? path === `${at}.state` || path === `${at}.annotations` : path.startsWith(at),
          );
          expect(isNamed).toBe(!isKept(part) || isSigned || uncited(part));
        }
      }),
    );
  });

  test("B9 reasoning of another wire is taken out of a request of this dialect's own, and named", () => {
    const input = [
      { role: "user", content: "x" },
      { type: "reasoning", id: "rs_sb_resp_0", summary: [] },
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAA" },
    ];
    const { body, losses } = renderFor("openai-responses", parseRequest({ model: "m", input }), {
      model: "m",
      maxOutputTokens: null,
    });
    expect(body["input"]).toEqual([input[0], input[2]]);
    expect(losses).toEqual([{ path: "input[1]", what: "reasoning", why: "foreign" }]);
  });
});
