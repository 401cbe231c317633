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
  ["/healthz", "/healthz"],
  ["/v1/chat/completions", "/v1/chat/completions"],
])("%s is served as %s", (url, served) => {
  expect(withVersion(url)).toBe(served);
});
