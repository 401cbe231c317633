import { SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
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

test("B13 no bytes break it with anything but the provider's error", () => {
  const words = ["data: ", "\n\n", '{"usage":', '{"error":', "[]", "{}", "1", "}", "[DONE]"].map((word) =>
    Buffer.from(word),
  );
  const pieces = fc.array(fc.oneof(fc.constantFrom(...words), fc.uint8Array({ maxLength: 16 })), { maxLength: 12 });
  fc.assert(
    fc.property(pieces, (given) => {
      const watch = watchEvents(PROVIDER);
      let failure: unknown = null;
      try {
        for (const piece of given) watch.push(piece);
        watch.end();
      } catch (error) {
        failure = error;
      }
      expect(failure === null || failure instanceof SignalboxError).toBe(true);
    }),
  );
});
