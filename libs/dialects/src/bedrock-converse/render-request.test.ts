import { describe, expect, test } from "vitest";
import { renderFor } from "../codecs.ts";
import type { NeutralMessage } from "../neutral/message.ts";
import type { NeutralPart } from "../neutral/part.ts";
import type { NeutralRequest } from "../neutral/request.ts";
import { parseRequest } from "../openai-chat/parse-request.ts";

const CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0";
const base = parseRequest({ model: "auto", messages: [{ role: "user", content: "Hello" }] });
const foreign = (change: Partial<NeutralRequest>): NeutralRequest => {
  return { ...base, source: { dialect: "anthropic-messages", body: {} }, ...change };
};
const render = (
  change: Partial<NeutralRequest>,
  model = CLAUDE,
  cap: number | null = null,
): ReturnType<typeof renderFor> => {
  return renderFor("bedrock-converse", foreign(change), { model, maxOutputTokens: cap });
};
const lost = (change: Partial<NeutralRequest>, model?: string): string[] => {
  return render(change, model).losses.map(({ path, what, why }) => `${path} ${what} ${why}`);
};
const said = (...parts: NeutralPart[]): Partial<NeutralRequest> => ({ messages: [{ role: "user", parts }] });
const text = (words: string): NeutralPart => ({ kind: "text", text: words });
const tool = (name: string): NeutralRequest["tools"][number] => {
  return { kind: "function", name, description: null, parameters: null, strict: null };
};
const spec = (name: string): object => ({
  toolSpec: { name, inputSchema: { json: { type: "object", properties: {} } } },
});

const reasoning = (words: string, signature: string): object => ({
  reasoningContent: { reasoningText: { text: words, signature } },
});

const file = (name: string): NeutralPart => ({ kind: "file", source: { kind: "text", text: "a" }, name });

describe("B8 a request of any dialect becomes one of this", () => {
  test("with everything that this one can say", () => {
    const { body, losses } = render({
      messages: [
        { role: "system", parts: [{ kind: "text", text: "Be brief.", cache: { ttl: "1h" } }] },
        {
          role: "user",
          parts: [
            text("What is this?"),
            { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: null },
            {
              kind: "file",
              source: { kind: "base64", mime: "application/pdf", data: "BBBB" },
              name: null,
              context: "Mine.",
              citations: true,
            },
            { kind: "file", source: { kind: "url", url: "s3://bucket/a.mp4" }, name: null },
          ],
        },
        {
          role: "assistant",
          parts: [
            { kind: "reasoning", text: "Hm ", state: { wire: "bedrock-converse", kind: "signature", value: "c2ln" } },
            { kind: "reasoning", text: "", state: { wire: "bedrock-converse", kind: "redacted", value: "cmVk" } },
            { kind: "reasoning", text: "Oh", state: { wire: "anthropic-messages", kind: "signature", value: "QW50" } },
            text("I look."),
            { kind: "tool-call", id: "c1", name: "look", arguments: '{"a":1}' },
            { kind: "tool-call", id: "c2", name: "look", arguments: "" },
          ],
        },
        {
          role: "tool",
          callId: "c1",
          parts: [
            text("dark"),
            { kind: "image", source: { kind: "base64", mime: "image/jpeg", data: "CCCC" }, detail: null },
          ],
        },
        { role: "tool", callId: "c2", parts: [{ kind: "text", text: "gone", cache: { ttl: null } }], isError: true },
        { role: "user", parts: [text("And?")] },
      ],
      tools: [
        {
          kind: "function",
          name: "look",
          description: "Looks.",
          parameters: { type: "object", properties: { a: {} } },
          strict: true,
          cache: { ttl: "5m" },
        },
      ],
      toolChoice: { kind: "tool", name: "look" },
      maxOutputTokens: 900,
      temperature: 0.5,
      sampling: { ...base.sampling, topK: 7, stop: ["END"] },
      responseFormat: {
        kind: "json-schema",
        name: "out",
        schema: { type: "object" },
        description: "It.",
        strict: true,
      },
      metadata: { team: "a" },
      service: { ...base.service, tier: "priority" },
      stream: true,
    });
    expect(losses).toEqual([]);
    expect(body).toEqual({
      system: [{ text: "Be brief." }, { cachePoint: { type: "default", ttl: "1h" } }],
      messages: [
        {
          role: "user",
          content: [
            { text: "What is this?" },
            { image: { format: "png", source: { bytes: "AAAA" } } },
            {
              document: {
                format: "pdf",
                name: "document",
                source: { bytes: "BBBB" },
                context: "Mine.",
                citations: { enabled: true },
              },
            },
            { video: { format: "mp4", source: { s3Location: { uri: "s3://bucket/a.mp4" } } } },
          ],
        },
        {
          role: "assistant",
          content: [
            reasoning("Hm ", "c2ln"),
            { reasoningContent: { redactedContent: "cmVk" } },
            reasoning("Oh", "QW50"),
            { text: "I look." },
            { toolUse: { toolUseId: "c1", name: "look", input: { a: 1 } } },
            { toolUse: { toolUseId: "c2", name: "look", input: {} } },
          ],
        },
        {
          role: "user",
          content: [
            {
              toolResult: {
                toolUseId: "c1",
                content: [{ text: "dark" }, { image: { format: "jpeg", source: { bytes: "CCCC" } } }],
              },
            },
            { toolResult: { toolUseId: "c2", content: [{ text: "gone" }], status: "error" } },
            { cachePoint: { type: "default" } },
            { text: "And?" },
          ],
        },
      ],
      inferenceConfig: { maxTokens: 900, temperature: 0.5, stopSequences: ["END"] },
      toolConfig: {
        tools: [
          {
            toolSpec: {
              name: "look",
              description: "Looks.",
              inputSchema: { json: { type: "object", properties: { a: {} } } },
              strict: true,
            },
          },
          { cachePoint: { type: "default" } },
        ],
        toolChoice: { tool: { name: "look" } },
      },
      additionalModelRequestFields: { top_k: 7 },
      additionalModelResponseFieldPaths: ["/delta/stop_sequence"],
      outputConfig: {
        textFormat: {
          type: "json_schema",
          structure: { jsonSchema: { schema: '{"type":"object"}', name: "out", description: "It." } },
        },
      },
      serviceTier: { type: "priority" },
      requestMetadata: { team: "a" },
    });
  });

  test("a cap bounds its output, and without a bound there is none", () => {
    expect(render({ maxOutputTokens: 50 }, CLAUDE, 20).body["inferenceConfig"]).toEqual({ maxTokens: 20 });
    expect(render({}).body["inferenceConfig"]).toBeUndefined();
  });

  test("an answer to go on with ends without white space, but signed reasoning is left as it is", () => {
    const messages: NeutralMessage[] = [
      { role: "user", parts: [text("Hi")] },
      {
        role: "assistant",
        parts: [
          { kind: "reasoning", text: "Hm \n", state: { wire: "bedrock-converse", kind: "signature", value: "x" } },
          text("I \n"),
        ],
      },
    ];
    expect(render({ messages }).body["messages"]).toMatchObject([
      {},
      { content: [{ reasoningContent: { reasoningText: { text: "Hm \n" } } }, { text: "I" }] },
    ]);
    expect(lost({ messages })).toEqual(["messages trailing-space approximated"]);
  });

  test("B7 ids that the API does not take are changed the same way for a call and its result", () => {
    const ids = ["fc_1|é", "x".repeat(200), "ok.id:1-2"];
    const messages: NeutralMessage[] = [
      { role: "user", parts: [text("Hi")] },
      { role: "assistant", parts: ids.map((id) => ({ kind: "tool-call", id, name: "f", arguments: "{}" })) },
      ...ids.map((callId) => ({ role: "tool", callId, parts: [text("a")] }) as const),
    ];
    const told = (model: string): string[][] => {
      const [, call, result] = render({ messages }, model).body["messages"] as {
        content: Record<string, { toolUseId: string }>[];
      }[];
      return [
        call!.content.map((block) => block["toolUse"]!.toolUseId),
        result!.content.map((block) => block["toolResult"]!.toolUseId),
      ];
    };
    for (const [model, form] of [
      [CLAUDE, /^[\w.:-]{1,64}$/],
      ["mistral.mistral-large-2407-v1:0", /^[A-Za-z0-9]{9}$/],
    ] as const) {
      const [calls, results] = told(model);
      expect(results).toEqual(calls);
      expect(new Set(calls).size).toBe(3);
      for (const id of calls!) expect(id).toMatch(form);
    }
    expect(told(CLAUDE)[0]?.[2]).toBe("ok.id:1-2");
  });

  test("a conversation that has called tools names them, also where the request has none", () => {
    const messages: NeutralMessage[] = [
      { role: "user", parts: [text("Hi")] },
      { role: "assistant", parts: [{ kind: "tool-call", id: "a", name: "f", arguments: "{}" }] },
      { role: "tool", callId: "a", parts: [text("x")] },
    ];
    expect(render({ messages }).body["toolConfig"]).toEqual({ tools: [spec("f")] });
    expect(lost({ messages, tools: [tool("f")], toolChoice: { kind: "none" } })).toEqual([
      "toolChoice tool-choice no-equivalent",
    ]);
    expect(render({ tools: [tool("f")], toolChoice: { kind: "none" } }).body["toolConfig"]).toBeUndefined();
  });

  test("tools that may be called alone are the ones that are told", () => {
    const change: Partial<NeutralRequest> = {
      tools: [tool("a"), tool("b")],
      toolChoice: { kind: "allowed", mode: "required", names: ["b"] },
    };
    expect(render(change).body["toolConfig"]).toEqual({ tools: [spec("b")], toolChoice: { any: {} } });
    expect(lost(change)).toEqual([]);
  });

  test("documents have names of their own", () => {
    const { content } = (
      render(said(file("a/b.txt"), file("a_b.md"))).body["messages"] as { content: { document: { name: string } }[] }[]
    )[0]!;
    expect(content.map(({ document }) => document.name)).toEqual(["a b", "a b 2"]);
  });
});
