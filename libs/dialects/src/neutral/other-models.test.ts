import { expect, test } from "vitest";
import { ingressOf, renderFor } from "../codecs.ts";

const MESSAGES = [{ role: "user", content: "Hi" }];

test.each<["openai-chat" | "openai-responses" | "anthropic-messages", object, string[]]>([
  ["anthropic-messages", { max_tokens: 9, messages: MESSAGES, fallbacks: [{ model: "claude-opus-5" }] }, ["fallbacks"]],
  ["openai-chat", { messages: MESSAGES, models: ["dear/one"], route: "fallback" }, ["models", "route"]],
  ["openai-responses", { input: "Hi", models: ["dear/one"] }, ["models"]],
])("a caller's own body of %s asks its host for no model but the one that was decided", (dialect, body, fields) => {
  const request = ingressOf(dialect).parseRequest({ model: "auto", ...body });
  const rendered = renderFor(dialect, request, { model: "m", maxOutputTokens: null });
  expect(rendered.body["model"]).toBe("m");
  expect(fields.filter((field) => field in rendered.body)).toEqual([]);
  expect(rendered.losses).toEqual(fields.map((path) => ({ path, what: "model-choice", why: "overruled" })));
});

test("null names no model, and is no loss", () => {
  const request = ingressOf("openai-chat").parseRequest({ model: "auto", messages: MESSAGES, models: null });
  expect(renderFor("openai-chat", request, { model: "m", maxOutputTokens: null }).losses).toEqual([]);
});
