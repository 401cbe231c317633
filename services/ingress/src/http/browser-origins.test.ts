import { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { BrowserOrigin, BrowserOrigins } from "./browser-origins.ts";

const APP = "https://app.example";
const answer = (): ServerResponse =>
  new ServerResponse({ method: "OPTIONS", httpVersionMajor: 1, httpVersionMinor: 1 } as never);

function preflight(origins: readonly string[], headers: Record<string, string>): object | null {
  const reply = answer();
  const asked = { "access-control-request-method": "POST", ...headers };
  return new BrowserOrigins(origins).preflight(asked, ["GET", "POST"], reply) ? { ...reply.getHeaders() } : null;
}

describe("pages of other origins", () => {
  test("that are allowed are told so, with the headers that they want to send", () => {
    expect(
      preflight([APP], { origin: APP, "access-control-request-headers": "authorization, x-stainless-os" }),
    ).toEqual({
      vary: "origin",
      "access-control-allow-origin": APP,
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, x-stainless-os",
      "access-control-expose-headers": "*",
      "access-control-max-age": 7_200,
    });
  });

  test("are any where the list says so", () => {
    const told = preflight(["*"], { origin: "https://other.example" });
    expect(told).toMatchObject({ "access-control-allow-origin": "*" });
    expect(told).not.toHaveProperty("vary");
  });

  test.each([
    ["another origin", { origin: "https://other.example" }],
    ["an origin that begins alike", { origin: `${APP}.evil.example` }],
    ["the origin of a file", { origin: "null" }],
    ["no origin", {}],
  ])("are refused: %s", (_, headers) => {
    expect(preflight([APP], headers)).toBeNull();
  });

  test("cannot write lines of their own into the answer", () => {
    const told = preflight([APP], { origin: APP, "access-control-request-headers": "a\r\nset-cookie: b" });
    expect(told).not.toHaveProperty("access-control-allow-headers");
  });
});

test.each([
  ["https://app.example", true],
  ["http://localhost:5173", true],
  ["app://obsidian.md", true],
  ["*", true],
  ["https://app.example/", false],
  ["app.example", false],
  ["https://u@app.example", false],
  ["HTTPS://app.example", false],
])("%s is an origin: %s", (origin, is) => {
  expect(BrowserOrigin.safeParse(origin).success).toBe(is);
});
