import { expect, test } from "vitest";
import { withVersion } from "./optional-version.ts";

test.each([
  ["/chat/completions", "/v1/chat/completions"],
  ["/models?limit=1", "/v1/models?limit=1"],
  ["/models/provider/model", "/v1/models/provider/model"],
  ["/v1/models", "/v1/models"],
  ["/modelsque", "/modelsque"],
  ["/responses", "/v1/responses"],
  ["/messages/count_tokens", "/v1/messages/count_tokens"],
  ["/v1beta/models", "/v1beta/models"],
  ["/v1beta/openai%2Fgpt-x:generateContent", "/v1beta/models/openai%2Fgpt-x:generateContent"],
  ["/v1beta/a/b:streamGenerateContent?alt=sse", "/v1beta/models/a/b:streamGenerateContent?alt=sse"],
  ["/v1beta/models/a/b:generateContent", "/v1beta/models/a/b:generateContent"],
  ["/v1/a/b:streamGenerateContent?alt=sse", "/v1/models/a/b:streamGenerateContent?alt=sse"],
  ["/v1beta/a/b:batchEmbedContents", "/v1beta/models/a/b:batchEmbedContents"],
  ["/v1beta/tunedModels/m:generateContent", "/v1beta/tunedModels/m:generateContent"],
  ["/v1beta1/publishers/google/models/m:generateContent", "/v1beta/models/m:generateContent"],
  ["/v1/projects/p/locations/l/publishers/google/models/m:countTokens", "/v1beta/models/m:countTokens"],
  ["/v2/rerank", "/v1/rerank"],
  ["/v1beta/files/x:generate", "/v1beta/files/x:generate"],
  ["/healthz", "/healthz"],
  ["/v1/chat/completions", "/v1/chat/completions"],
  ["/v1/messages?beta=true", "/v1/messages?beta=true"],
  ["/v1/keys", "/v1/keys"],
  ["/", "/"],
  ["http://127.0.0.1:8790/v1/chat/completions", "/v1/chat/completions"],
  ["http://line.example/v1/models?limit=1", "/v1/models?limit=1"],
])("%s is served as %s", (url, served) => {
  expect(withVersion(url)).toBe(served);
});

test.each([
  ["/v1/chat/completions/", "/v1/chat/completions"],
  ["/v1/models/?limit=1", "/v1/models?limit=1"],
  ["//v1/messages?beta=true", "/v1/messages?beta=true"],
  ["/v1//chat/completions", "/v1/chat/completions"],
  ["/models/", "/v1/models"],
  ["/v1beta//models/m:generateContent", "/v1beta/models/m:generateContent"],
])("slashes too many do no harm: %s", (url, served) => {
  expect(withVersion(url)).toBe(served);
});

test.each([
  ["/openai/v1/chat/completions", "/v1/chat/completions"],
  ["/openai/v1/models", "/v1/models"],
  ["/v1beta/openai/chat/completions", "/v1/chat/completions"],
  ["/v1beta/openai/models/m", "/v1/models/m"],
  ["/api/v1/chat/completions", "/v1/chat/completions"],
  ["/inference/v1/completions", "/v1/completions"],
  ["/anthropic/v1/messages?beta=true", "/v1/messages?beta=true"],
  ["/anthropic/messages", "/v1/messages"],
  ["/v1/v1/messages", "/v1/messages"],
  ["/v1/v2/rerank", "/v1/rerank"],
  ["/openai/deployments/gpt-x/chat/completions?api-version=2024-10-21", "/v1/chat/completions?api-version=2024-10-21"],
  ["/openai/deployments/a/b/chat/completions", "/v1/chat/completions"],
  ["/openai/deployments/a%2Fb/embeddings", "/v1/embeddings"],
  ["/v1/openai/deployments/gpt-x/chat/completions", "/v1/chat/completions"],
  ["/v1/openai/chat/completions", "/v1/chat/completions"],
  ["/v1beta/v1beta/models/m:generateContent", "/v1beta/models/m:generateContent"],
  ["/v1/v1beta/models/m:streamGenerateContent?alt=sse", "/v1beta/models/m:streamGenerateContent?alt=sse"],
])("the end of another host's base URL is understood: %s", (url, served) => {
  expect(withVersion(url)).toBe(served);
});

test.each([
  "/openai/v1/keys",
  "/api/v1/decisions",
  "/v1/v1/keys",
  "/v1/openai/keys",
  "/anthropic",
  "/openai/healthz",
  "/v1/v1beta",
  "/files/v1/models",
  "/v2/chat",
  "/openai/deployments/keys",
  "/openai/deployments/m/healthz",
  "/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict",
])("%s is nothing else in disguise", (url) => {
  expect(withVersion(url)).toBe(url);
});

test("any URL is looked at in a time that grows with its length alone", () => {
  const long = `/v1/${"a/".repeat(8_000)}/?${"x".repeat(8_000)}`;
  const startedMs = performance.now();
  for (let round = 0; round < 100; round += 1) withVersion(long);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
