import { expect, test } from "vitest";
import { parseRequestHeaders } from "./request-headers.ts";

test("nothing said leaves the cache to its rule and the request without tags", () => {
  expect(parseRequestHeaders({})).toEqual({ cache: "auto", tags: [], signals: {} });
});

test("tags are separated by commas, and empty ones are no tags", () => {
  expect(parseRequestHeaders({ "x-signalbox-tags": " team:red ,, nightly " }).tags).toEqual(["team:red", "nightly"]);
});

test("signals are named values", () => {
  expect(parseRequestHeaders({ "x-signalbox-signals": "tier=gold, app=chat bot" }).signals).toEqual({
    tier: "gold",
    app: "chat bot",
  });
});

test.each([
  { "x-signalbox-cache": "maybe" },
  { "x-signalbox-tags": Array.from({ length: 17 }, (_, index) => `t${index}`).join(",") },
  { "x-signalbox-tags": "t".repeat(129) },
  { "x-signalbox-signals": "tier" },
  { "x-signalbox-signals": "Tier=gold" },
  { "x-signalbox-signals": Array.from({ length: 17 }, (_, index) => `t${index}=1`).join(",") },
])("%j is refused with the header's name", (headers) => {
  expect(() => parseRequestHeaders(headers)).toThrowError(
    expect.objectContaining({ code: "invalid-request", details: { param: Object.keys(headers)[0] } }),
  );
});
