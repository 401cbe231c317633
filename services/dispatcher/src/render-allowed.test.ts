import { ingressOf, type NeutralRequest } from "@signalbox/dialects";
import type { WireName } from "@signalbox/proto";
import { expect, test } from "vitest";
import { renderAllowed } from "./render-allowed.ts";

const body = { model: "m", max_tokens: 5, messages: [{ role: "user", content: "Hi" }] };
const asking = (...betas: string[]): NeutralRequest => ingressOf("anthropic-messages").parseRequest(body, { betas });
const rendering = { model: "m", maxOutputTokens: null };
const render = (request: NeutralRequest, betas: string[] | null, wire: WireName = "anthropic-messages") =>
  renderAllowed(wire, request, { betas: betas === null ? null : new Set(betas), rendering });

test("a provider without a list gets every beta", () => {
  const { headers, losses } = render(asking("context-1m-2025-08-07", "files-api-2025-04-14"), null);
  expect(headers).toMatchObject({ "anthropic-beta": "context-1m-2025-08-07,files-api-2025-04-14" });
  expect(losses).toEqual([]);
});

test("B8 a provider with a list gets those on it, and what is held back is a loss", () => {
  const { headers, losses } = render(asking("a", "b", "c"), ["b"]);
  expect(headers).toMatchObject({ "anthropic-beta": "b" });
  expect(losses).toEqual([
    { path: "anthropic-beta[0]", what: "beta", why: "no-equivalent" },
    { path: "anthropic-beta[2]", what: "beta", why: "no-equivalent" },
  ]);
});

test("an empty list lets none through, and the header is left out", () => {
  const { headers, losses } = render(asking("a"), []);
  expect(headers).not.toHaveProperty("anthropic-beta");
  expect(losses).toHaveLength(1);
});

test("another wire has no betas, with a list or without", () => {
  for (const betas of [null, ["a"]]) {
    const { headers, losses } = render(asking("a"), betas, "openai-chat");
    expect(headers).not.toHaveProperty("anthropic-beta");
    expect(losses.filter(({ what }) => what === "beta")).toHaveLength(1);
  }
});
