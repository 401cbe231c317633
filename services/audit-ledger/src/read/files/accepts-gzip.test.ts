import { expect, test } from "vitest";
import { acceptsGzip } from "./accepts-gzip.ts";

test.each([
  ["gzip", true],
  ["gzip, deflate, br", true],
  ["br;q=1.0, GZIP;q=0.5, *;q=0", true],
  ["x-gzip", true],
  ["*", true],
  ["", false],
  ["identity", false],
  ["gzip;q=0", false],
  ["gzip; q=0.000, identity", false],
  ["*;q=0", false],
  ["not-gzip-at-all", false],
  ["gzip;q=nonsense", false],
])("%j takes gzip: %s", (header, takes) => {
  expect(acceptsGzip(header)).toBe(takes);
});
