import { expect, test } from "vitest";
import { sharedBuffers } from "./shared-buffers.ts";

const GIB = 2 ** 30;

test.each([
  [0.25 * GIB, "128MB"],
  [1.9 * GIB, "486MB"],
  [8 * GIB, "2048MB"],
  [24 * GIB, "4096MB"],
])("PostgreSQL shares a quarter of %d bytes, within limits: %s", (memoryBytes, shared) => {
  expect(sharedBuffers(memoryBytes)).toBe(shared);
});
