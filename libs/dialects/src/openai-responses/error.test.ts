import { SignalboxError } from "@signalbox/proto";
import { expect, test } from "vitest";
import { renderErrorFrame } from "./error.ts";
import { parseResponse } from "./parse-response.ts";
import { eventsOf, READING, readWithSdk, sse } from "./stream.test-kit.ts";

const error = new SignalboxError("upstream-rate-limited", "Slow down.");

test("an error in a stream is an error event and the response's failure", () => {
  expect(eventsOf(renderErrorFrame(error))).toMatchObject([
    { type: "error", code: "rate_limit_exceeded", message: "Slow down.", error: { code: "rate_limit_exceeded" } },
    { type: "response.failed", response: { status: "failed", error: { code: "rate_limit_exceeded" }, output: [] } },
  ]);
});

test("the vendor's SDK raises it", async () => {
  const head = { id: "resp_1", object: "response", created_at: 1, model: "m", output: [], status: "in_progress" };
  const begun = new TextDecoder().decode(sse({ type: "response.created", sequence_number: 0, response: head }));
  await expect(readWithSdk(begun + renderErrorFrame(error), true)).rejects.toThrow(/Slow down/);
});

test.each<[string, unknown, string]>([
  ["an error inside a 200", { error: { message: "No.", code: "server_error" } }, "upstream-error"],
  [
    "a failed response",
    { status: "failed", output: [], error: { code: "rate_limit_exceeded" } },
    "upstream-rate-limited",
  ],
  ["a cancelled response", { status: "cancelled", output: [], error: null }, "upstream-error"],
  ["something else", { choices: [] }, "upstream-error"],
  ["no object", "x", "upstream-error"],
])("B6 %s is no answer", (_, body, code) => {
  expect(() => parseResponse(body, READING)).toThrow(expect.objectContaining({ code }) as Error);
});
