import { describe, expect, test } from "vitest";
import { cacheFieldsOf } from "./cache-fields.ts";
import { parseRequest } from "./parse-request.ts";
import { NO_QUIRKS } from "../request-quirks.ts";
import { renderRequest } from "./render-request.ts";

const base = { model: "auto", messages: [{ role: "user", content: "Hello" }] };
const render = (body: Record<string, unknown>, maxOutputTokens: number | null = null, quirks = NO_QUIRKS): unknown => {
  return renderRequest(parseRequest({ ...base, ...body }), { model: "m-1", maxOutputTokens, quirks }).body;
};

describe("a request on its way to a provider of its own dialect", () => {
  test("differs from the caller's by the model alone, fields that nobody knows included", () => {
    const body = { top_k: 40, temperature: 1, nested: { deep: [1, null] } };
    expect(render(body)).toEqual({ ...base, ...body, model: "m-1" });
  });

  test("B2 asks for usage on every stream and keeps the other stream options", () => {
    expect(render({ stream: true })).toMatchObject({ stream_options: { include_usage: true } });
    const options = { include_usage: false, include_obfuscation: false };
    expect(render({ stream: true, stream_options: options })).toMatchObject({
      stream_options: { include_usage: true, include_obfuscation: false },
    });
  });

  test("keeps the smaller of the caller's bound and the cap, in the caller's spelling", () => {
    expect(render({ max_completion_tokens: 50 }, 20)).toMatchObject({ max_completion_tokens: 20 });
    expect(render({ max_tokens: 10 }, 20)).toMatchObject({ max_tokens: 10 });
    expect(render({}, 20)).toMatchObject({ max_tokens: 20 });
    expect(render({})).not.toHaveProperty("max_tokens");
  });

  test("names a schema that its caller gave no name", () => {
    const nameless = { type: "json_schema", json_schema: { schema: { type: "object" } } };
    expect(render({ response_format: nameless })).toMatchObject({
      response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } },
    });
    const named = { type: "json_schema", json_schema: { name: "own", schema: { type: "object" } } };
    expect(render({ response_format: named })).toMatchObject({ response_format: named });
  });

  test("says of its tools in OpenAI's words what it says in those of others", () => {
    const empty = { tools: [], tool_choice: "auto", parallel_tool_calls: true };
    expect(render(empty)).toEqual({ ...base, model: "m-1" });
    const tools = [{ type: "function", function: { name: "f" } }];
    expect(render({ tools, tool_choice: "any" })).toMatchObject({ tools, tool_choice: "required" });
  });

  test("names an image as OpenAI does, where its caller gave a URL alone", () => {
    const text = { type: "text", text: "What is this?" };
    const url = "https://example.org/a.png";
    const content = [text, { type: "image_url", image_url: url }];
    const messages = [...base.messages, { role: "user", content }];
    expect(render({ messages })).toMatchObject({
      messages: [...base.messages, { role: "user", content: [text, { type: "image_url", image_url: { url } }] }],
    });
    const read = parseRequest({ ...base, messages }).messages.at(-1)?.parts;
    expect(read).toEqual([
      { kind: "text", text: text.text },
      { kind: "image", source: { kind: "url", url }, detail: null },
    ]);
  });

  test("heeds what a host cannot take", () => {
    const quirks = { maxTokensField: "max_tokens", streamOptions: false, developerRole: false } as const;
    const messages = [{ role: "developer", content: "Be kind.", name: "d" }, ...base.messages];
    expect(render({ messages, stream: true, max_completion_tokens: 5 }, null, quirks)).toEqual({
      model: "m-1",
      stream: true,
      max_tokens: 5,
      messages: [{ role: "system", content: "Be kind.", name: "d" }, ...base.messages],
    });
  });
});

test("B14 the fields of a cache key are all but those that cannot change the answer", () => {
  const labels = { user: "u", metadata: {}, store: true, service_tier: "flex", stream: true, stream_options: null };
  const others = { safety_identifier: "s", prompt_cache_key: "p", seed: null };
  const request = parseRequest({ ...base, ...labels, ...others, top_k: 1, temperature: 0 });
  expect(cacheFieldsOf(request)).toEqual({ ...base, top_k: 1, temperature: 0 });
});
