import { expect, test } from "vitest";
import { ingressOf } from "../codecs.ts";
import type { JsonObject } from "../neutral/source.ts";
import { parseResponse } from "./parse-response.ts";
import { renderRequest } from "./render-request.ts";
import { DEFAULTS, runStream, stream } from "./stream.test-kit.ts";

const LONG = `mcp__a_server_with_a_name__${"tool_".repeat(16)}`;
/** No two of them may come out as one. */
const NAMES = ["weather.today", "weather:today", "weather_today", `${LONG}one`, `${LONG}two`];
const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** A request of Gemini's form, which takes such names. */
function asking(names: readonly string[], more: object = {}, contents: readonly object[] = []) {
  const functionDeclarations = names.map((name) => ({ name }));
  const asked = [{ role: "user", parts: [{ text: "Hi" }] }, ...contents];
  const request = ingressOf("gemini").parseRequest(
    { contents: asked, tools: [{ functionDeclarations }], ...more },
    { model: "m" },
  );
  return renderRequest(request, { model: "m", maxOutputTokens: null });
}

type ToolConfig = { readonly tools: { toolSpec: { name: string } }[]; readonly toolChoice: object };

function toolsOf({ body }: { body: JsonObject }): ToolConfig {
  return body["toolConfig"] as ToolConfig;
}

function sentNames(rendered: { body: JsonObject }): string[] {
  return toolsOf(rendered).tools.map(({ toolSpec }) => toolSpec.name);
}

test("B7 a tool is sent by a name that the API takes, each by its own, and the change is told", () => {
  const rendered = asking(NAMES);
  const sent = sentNames(rendered);
  expect(sent.filter((name) => !NAME.test(name))).toEqual([]);
  expect(new Set(sent).size).toBe(NAMES.length);
  expect([sent[0], sent[2]]).toEqual([expect.stringMatching(/^weather_today_[0-9a-f]{16}$/), "weather_today"]);
  expect(rendered.losses).toEqual(
    [0, 1, 3, 4].map((index) => ({ path: `tools[${index}].name`, what: "tool-name", why: "approximated" })),
  );
});

test("B7 the tool that is to be called, and calls of earlier turns, go by that name too", () => {
  const [name] = NAMES;
  const toolConfig = { functionCallingConfig: { mode: "ANY", allowedFunctionNames: [name] } };
  const rendered = asking([String(name)], { toolConfig }, [
    { role: "model", parts: [{ functionCall: { name, args: {} } }] },
    { role: "user", parts: [{ functionResponse: { name, response: {} } }] },
  ]);
  const [sent] = sentNames(rendered);
  expect(toolsOf(rendered)).toMatchObject({
    tools: [{ toolSpec: { name: sent } }],
    toolChoice: { tool: { name: sent } },
  });
  expect(rendered.body["messages"]).toMatchObject([{}, { content: [{ toolUse: { name: sent } }] }, {}]);
  expect(JSON.stringify(rendered.body)).not.toContain(name);
});

test("B7 its calls come back by the caller's name, whole and streamed", () => {
  const { toolNames, ...rendered } = asking(NAMES);
  const toolUses = sentNames(rendered).map((name, index) => ({ toolUseId: `t${index}`, name }));
  const content = toolUses.map((toolUse) => ({ toolUse: { ...toolUse, input: {} } }));
  const whole = parseResponse(
    { output: { message: { role: "assistant", content } }, stopReason: "tool_use", usage: {} },
    { provider: "aws", secrets: [], defaults: DEFAULTS, toolNames },
  );
  const pieces = toolUses.flatMap((toolUse, contentBlockIndex) => [
    { contentBlockStart: { contentBlockIndex, start: { toolUse } } },
    { contentBlockStop: { contentBlockIndex } },
  ]);
  const streamed = runStream([stream(...pieces, { messageStop: { stopReason: "tool_use" } })], toolNames);
  for (const response of [whole, streamed.response]) {
    expect(response?.choices[0]?.parts).toMatchObject(NAMES.map((name) => ({ kind: "tool-call", name })));
  }
});

test("names that the API takes are sent as they are", () => {
  const rendered = asking(["weather_today"]);
  expect(rendered).not.toHaveProperty("toolNames");
  expect([sentNames(rendered), rendered.losses]).toEqual([["weather_today"], []]);
});
