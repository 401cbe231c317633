import { expect, test } from "vitest";
import { watchEvents } from "./watch-events.ts";

const PROVIDER = { name: "host", secrets: ["hidden"] };
const event = (data: object): Buffer => Buffer.from(`data: ${JSON.stringify(data)}\n\n`);

test("the last usage of a stream is its usage", () => {
  const watch = watchEvents(PROVIDER);
  watch.push(event({ type: "transcript.text.delta", delta: "All" }));
  expect(watch.usage).toBeNull();
  watch.push(event({ type: "transcript.text.done", usage: { input_tokens: 3, output_tokens: 2 } }));
  watch.push(Buffer.from("data: [DONE]\n\n"));
  watch.end();
  expect(watch.usage).toMatchObject({ inputTokens: 3, outputTokens: 2 });
});

test("an error that a stream reports is thrown, without the key", () => {
  const watch = watchEvents(PROVIDER);
  expect(() => {
    watch.push(event({ type: "error", error: { message: "hidden is over its quota", code: "rate_limit_exceeded" } }));
  }).toThrow("[redacted] is over its quota");
});
