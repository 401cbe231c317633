import { describe, expect, test } from "vitest";
import { type NeutralRequest, NO_SAMPLING } from "../neutral/request.ts";
import { ANSWER_TOOL } from "./answer-tool.ts";
import { parseResponse } from "./parse-response.ts";
import { FIRST, LOOK, render, say, words } from "./request.test-kit.ts";
import { close, end, open, OPTIONS, piece, runStream, sse, start, STOP } from "./stream.test-kit.ts";

test.each<[string, Partial<NeutralRequest>, string[]]>([
  ["a seed", { seed: 1 }, ["seed seed no-equivalent"]],
  ["a warm temperature", { temperature: 1.5 }, ["temperature temperature out-of-range"]],
  [
    "two ways to sample",
    { temperature: 0.5, sampling: { ...NO_SAMPLING, topP: 0.5 } },
    ["sampling.topP top-p conflict"],
  ],
  [
    "penalties",
    { sampling: { ...NO_SAMPLING, frequencyPenalty: 1 } },
    ["sampling.frequencyPenalty frequency-penalty no-equivalent"],
  ],
  ["choices", { choices: 3 }, ["choices choices out-of-range"]],
  ["logprobs", { logprobs: true }, ["logprobs logprobs no-equivalent"]],
  ["labels", { metadata: { k: "v" } }, ["metadata metadata no-equivalent"]],
  ["JSON of any kind", { responseFormat: { kind: "json-object" } }, ["responseFormat json-object approximated"]],
  [
    "sound",
    { messages: [say("user", words("a"), { kind: "audio", source: { kind: "base64", mime: "audio/wav", data: "" } })] },
    ["messages[0].parts[1] audio no-equivalent"],
  ],
  [
    "a foreign file",
    {
      messages: [
        say("user", words("a"), {
          kind: "file",
          source: { kind: "file-id", id: "f", form: "openai-chat" },
          name: null,
        }),
      ],
    },
    ["messages[0].parts[1] file foreign"],
  ],
  [
    "a foreign tool",
    {
      tools: [
        {
          kind: "other",
          name: null,
          description: null,
          parameters: null,
          type: "web_search",
          form: "openai-responses",
          body: {},
        },
      ],
    },
    ["tools[0] web_search foreign"],
  ],
  [
    "free text",
    { tools: [{ kind: "custom", name: "sh", description: null, parameters: null, format: null }] },
    ["tools[0] custom-tool approximated"],
  ],
])("B8 %s that this format cannot say is named as lost", (_, change, lost) => {
  expect(render(change).lost).toEqual(lost);
});

describe("structured output", () => {
  const schema = { type: "object", properties: { n: { type: "integer", minimum: 3 }, d: { type: "object" } } };
  const responseFormat = { kind: "json-schema", name: "a", schema, description: null, strict: false } as const;

  test("has closed objects, and bounds become words", () => {
    const { body, lost } = render({ responseFormat });
    expect(body["output_config"]).toEqual({
      format: {
        type: "json_schema",
        schema: {
          type: "object",
          properties: {
            n: { type: "integer", description: "{minimum: 3}" },
            d: { type: "object", additionalProperties: false },
          },
          additionalProperties: false,
        },
      },
    });
    expect(lost).toEqual(["responseFormat.schema schema approximated"]);
  });

  test("is the input of a tool for models that do not know it", () => {
    const { body, lost } = render({ responseFormat, tools: [LOOK] }, FIRST);
    expect(body).toMatchObject({
      tools: [{ name: "look" }, { name: "signalbox_json_answer", input_schema: schema }],
      tool_choice: { type: "any" },
    });
    expect(lost).toEqual(["responseFormat json-schema approximated"]);
  });

  test("comes back as text, whole and in a stream", () => {
    const block = { type: "tool_use", id: "t", name: ANSWER_TOOL, input: { n: 3 } };
    const whole = parseResponse({ id: "m", content: [block], stop_reason: "tool_use" }, OPTIONS);
    const streamed = runStream([
      sse(
        start(),
        open(0, { ...block, input: {} }),
        piece(0, { type: "input_json_delta", partial_json: '{"n"' }),
        piece(0, { type: "input_json_delta", partial_json: ":3}" }),
        close(0),
        end("tool_use"),
        STOP,
      ),
    ]);
    for (const { choices } of [whole, streamed.response!]) {
      expect(choices).toMatchObject([{ parts: [{ kind: "text", text: '{"n":3}' }], finish: "stop" }]);
    }
  });
});
