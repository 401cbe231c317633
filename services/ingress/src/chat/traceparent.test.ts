import { expect, test } from "vitest";
import { traceparentOf } from "./traceparent.ts";

const REQUEST_ID = "0199f0a2-5f1c-7c3e-9a64-0d8f1b2c3d4e";

test("a valid trace context is passed on as it came", () => {
  const header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  expect(traceparentOf(header, REQUEST_ID)).toBe(header);
});

test.each([
  undefined,
  "",
  "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
  "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
  "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
  "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 00-…",
])("in place of %j a new one is made of the request's id", (header) => {
  expect(traceparentOf(header, REQUEST_ID)).toBe("00-0199f0a25f1c7c3e9a640d8f1b2c3d4e-9a640d8f1b2c3d4e-01");
});
