import { describe, expect, test } from "vitest";
import type { NeutralPart } from "../neutral/part.ts";
import { NO_SAMPLING } from "../neutral/request.ts";
import { LOOK, NEW, OLD, render, say, words } from "./request.test-kit.ts";

const call = (id: string): NeutralPart => ({ kind: "tool-call", id, name: "look", arguments: '{"at":1}' });
const marked = (text: string): NeutralPart => ({ kind: "text", text, cache: { ttl: null } });

describe("B8 a request of another dialect becomes one of this", () => {
  test("with everything that this one can say", () => {
    const image = { kind: "image", source: { kind: "url", url: "https://example.org/a.png" }, detail: null } as const;
    const { body, lost, headers, path } = render({
      messages: [
        say("system", words("Be brief.")),
        { role: "developer", parts: [{ kind: "text", text: "Be kind.", cache: { ttl: "1h" } }] },
        say(
          "user",
          words("What is this?"),
          { kind: "image", source: { kind: "base64", mime: "image/png", data: "AAAA" }, detail: "auto" },
          { kind: "file", source: { kind: "base64", mime: "application/pdf", data: "CCCC" }, name: "a.pdf" },
          { kind: "file", source: { kind: "base64", mime: "text/plain", data: "SGk=" }, name: null },
        ),
        say("assistant", words("I look."), call("c1"), call("c:2")),
        { role: "tool", callId: "c1", parts: [words("dark"), image] },
        { role: "tool", callId: "c:2", parts: [], isError: true },
        say("user", words("And?")),
      ],
      tools: [LOOK],
      toolChoice: { kind: "tool", name: "look" },
      parallelTools: false,
      stream: true,
      temperature: 0,
      sampling: { ...NO_SAMPLING, topK: 5, stop: ["END"] },
      user: "u",
      responseFormat: {
        kind: "json-schema",
        name: "a",
        schema: { type: "object", additionalProperties: false },
        description: null,
        strict: true,
      },
    });
    expect(lost).toEqual([]);
    expect(path).toBe("/messages");
    expect(headers).toEqual({ "anthropic-version": "2023-06-01" });
    expect(body).toEqual({
      model: OLD,
      max_tokens: 8192,
      system: [
        { type: "text", text: "Be brief." },
        { type: "text", text: "Be kind.", cache_control: { type: "ephemeral", ttl: "1h" } },
      ],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
            {
              type: "document",
              source: { type: "base64", media_type: "application/pdf", data: "CCCC" },
              title: "a.pdf",
            },
            { type: "document", source: { type: "text", media_type: "text/plain", data: "Hi" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: "I look." },
            { type: "tool_use", id: "c1", name: "look", input: { at: 1 } },
            { type: "tool_use", id: "c_2", name: "look", input: { at: 1 } },
          ],
        },
        {
          role: "user",
          content: [
            {
              type: "tool_result",
              tool_use_id: "c1",
              content: [
                { type: "text", text: "dark" },
                { type: "image", source: { type: "url", url: "https://example.org/a.png" } },
              ],
            },
            { type: "tool_result", tool_use_id: "c_2", is_error: true },
            { type: "text", text: "And?" },
          ],
        },
      ],
      tools: [{ name: "look", description: "Looks.", input_schema: { type: "object" } }],
      tool_choice: { type: "tool", name: "look", disable_parallel_tool_use: true },
      output_config: { format: { type: "json_schema", schema: { type: "object", additionalProperties: false } } },
      temperature: 0,
      top_k: 5,
      stop_sequences: ["END"],
      stream: true,
      metadata: { user_id: "u" },
    });
  });

  test("whose turns alternate, begin with the user, and hold results before all else", () => {
    const { body, lost } = render(
      {
        messages: [
          say("assistant", words("Hi.")),
          say("assistant", call("a"), call("b")),
          { role: "tool", callId: "a", parts: [words("1")] },
          say("user", words("Wait.")),
          { role: "tool", callId: "b", parts: [words("2")] },
          say("user", words(" ")),
          say("assistant", words("Done.")),
        ],
      },
      NEW,
    );
    const messages = body["messages"] as { role: string; content: { type: string }[] | string }[];
    expect(
      messages.map(({ role, content }) => [
        role,
        typeof content === "string" ? content : content.map(({ type }) => type),
      ]),
    ).toEqual([
      ["user", "Begin."],
      ["assistant", ["text", "tool_use", "tool_use"]],
      ["user", ["tool_result", "tool_result", "text"]],
      ["assistant", "Done."],
      ["user", "Go on."],
    ]);
    expect(lost).toEqual(["messages first-turn approximated", "messages last-turn approximated"]);
  });

  test("a legacy function's result belongs to the last call of its name", () => {
    const { body } = render({
      messages: [
        say("user", words("?")),
        say("assistant", call("")),
        { role: "tool", callId: null, name: "look", parts: [words("x")] },
      ],
    });
    expect(body["messages"]).toMatchObject([
      {},
      { content: [{ id: "call_1" }] },
      { content: [{ tool_use_id: "call_1" }] },
    ]);
  });

  test.each<[string, string, unknown[], string[]]>([
    ["stays in its place where it may", NEW, ["user", "system", "assistant", "user"], []],
    ["goes to the head elsewhere", OLD, ["user", "assistant", "user"], ["messages[1] system-turn approximated"]],
  ])("system text between turns %s", (...[, model, roles, lost]) => {
    const messages = [
      say("user", words("a")),
      say("system", words("s")),
      say("assistant", words("b")),
      say("user", words("c")),
    ];
    const rendered = render({ messages }, model);
    expect((rendered.body["messages"] as { role: string }[]).map(({ role }) => role)).toEqual(roles);
    expect(rendered.lost).toEqual(lost);
    expect(JSON.stringify(rendered.body)).toContain('"s"');
  });

  test("more marks than four are the first and the last three", () => {
    const { body, lost } = render({
      messages: [say("system", marked("s"), marked("t")), say("user", ...["a", "b", "c", "d"].map(marked))],
    });
    const blocks = [...(body["system"] as object[]), ...(body["messages"] as { content: object[] }[])[0]!.content];
    expect(blocks.map((block) => "cache_control" in block)).toEqual([true, false, false, true, true, true]);
    expect(lost).toEqual(["messages cache-mark out-of-range"]);
  });
});
