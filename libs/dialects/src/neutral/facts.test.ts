import { expect, test } from "vitest";
import { parseRequest } from "../openai-chat/parse-request.ts";
import { factsOf } from "./facts.ts";
import { labelsOf } from "./labels.ts";

test("facts count what a request holds and hold nothing of it", () => {
  const parameters = { type: "object", properties: {} };
  const request = parseRequest({
    model: "auto",
    temperature: 0.7,
    max_completion_tokens: 100,
    parallel_tool_calls: true,
    user: "u",
    metadata: { k: "v" },
    tools: [{ type: "function", function: { name: "weather", description: "Tells it.", parameters } }],
    response_format: { type: "json_schema", json_schema: { name: "out", schema: {} } },
    messages: [
      { role: "system", content: "12345" },
      {
        role: "user",
        content: [
          { type: "text", text: "123" },
          { type: "image_url", image_url: { url: "https://example.org/a.png" } },
        ],
      },
      {
        role: "assistant",
        tool_calls: [{ id: "c", type: "function", function: { name: "weather", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c", content: "12" },
    ],
  });
  expect(factsOf(request)).toEqual({
    model: "auto",
    stream: false,
    choices: 1,
    maxOutputTokens: 100,
    messages: 4,
    textChars: 5 + 3 + "weather{}".length + 2,
    toolChars: "weatherTells it.out{}".length + JSON.stringify(parameters).length,
    images: 1,
    audios: 0,
    files: 0,
    tools: 1,
    toolTurns: true,
    parallelTools: true,
    responseFormat: "json-schema",
    logprobs: false,
    seed: false,
    reasoningEffort: null,
    temperatureMicro: 700_000,
  });
  expect(labelsOf(request)).toEqual({ user: "u", metadata: { k: "v" } });
});
