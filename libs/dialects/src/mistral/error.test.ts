import { expect, test } from "vitest";
import { mistralEgress } from "./egress.ts";

const finding = {
  type: "extra_forbidden",
  loc: ["body", "messages", 0, "user", "name"],
  msg: "Extra inputs are not permitted",
  input: "SECRET",
};
const MESSAGE = "body.messages.0.user.name: Extra inputs are not permitted";

test.each<[number, unknown, string, string]>([
  [422, { detail: [finding] }, "upstream-invalid-request", MESSAGE],
  [
    422,
    { object: "error", message: { detail: [finding] }, type: "invalid_request_error" },
    "upstream-invalid-request",
    MESSAGE,
  ],
  [422, { object: "Error", message: [finding], code: 3001 }, "upstream-invalid-request", MESSAGE],
  [400, { object: "error", message: "Unexpected role", code: "3230" }, "upstream-invalid-request", "Unexpected role"],
  [401, { detail: "Unauthorized" }, "upstream-auth", "Unauthorized"],
  [429, { message: "Requests rate limit exceeded" }, "upstream-rate-limited", "Requests rate limit exceeded"],
])("an answer with status %i and %j", (...[status, body, code, message]) => {
  const bodyText = JSON.stringify(body);
  const error = mistralEgress.parseError({
    status,
    header: () => undefined,
    bodyText,
    provider: "mistral",
    nowMs: 0,
    secrets: [],
  });
  expect(error).toMatchObject({ code, message });
  expect(JSON.stringify(error.details)).not.toContain("SECRET");
});
