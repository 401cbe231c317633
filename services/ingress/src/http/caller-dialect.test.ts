import { expect, test } from "vitest";
import { callerDialectOf } from "./caller-dialect.ts";

const GOOGLE = { "x-goog-api-key": "k" };

test.each(["/v1/models?pageSize=3", "/v1/models/auto", "/v1/interactions", "/v1/files", "/upload/v1/files"])(
  "%s is Gemini's where Google's SDK asks, and OpenAI's otherwise",
  (url) => {
    expect(callerDialectOf(url, GOOGLE)).toBe("gemini");
    expect(callerDialectOf(url, {})).toBe("openai-chat");
  },
);

test.each([
  ["/v1/chat/completions", "openai-chat"],
  ["/v1/embeddings", "openai-chat"],
  ["/v1/responses", "openai-responses"],
  ["/v1/messages", "anthropic-messages"],
])("%s is answered in its own form, whichever header the key stands in", (url, dialect) => {
  expect(callerDialectOf(url, GOOGLE)).toBe(dialect);
});
