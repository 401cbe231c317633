import { expect, test } from "vitest";
import { withLosses } from "./with-losses.ts";

const loss = { path: "store", what: "stored-response", why: "no-equivalent" } as const;

test.each([
  ["none", [], "none"],
  ["none", [loss], "lossy; count=1; store stored-response no-equivalent"],
  ["lossless", [loss], "lossy; count=1; store stored-response no-equivalent"],
  ["lossy; count=2; a b c; d e f", [loss], "lossy; count=3; store stored-response no-equivalent; a b c; d e f"],
])("%s with %j is %s", (header, losses, joined) => {
  expect(withLosses(header, losses)).toBe(joined);
});
