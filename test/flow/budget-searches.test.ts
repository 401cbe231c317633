import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { json, startUpstream, type Upstream } from "../kit/upstream.ts";

/*
 * Goal: what a provider bills beside tokens is known before the request is sent, so that a budget of money holds, and is
 * charged as the answer reports it: a known provider's price for a search of the web.
 */

let upstream: Upstream;
let line: TestLine;
beforeAll(async () => {
  upstream = await startUpstream();
  const google = {
    dialect: "gemini",
    baseUrl: upstream.baseUrl,
    apiKey: "upstream-key",
    models: ["gemini-3.5-flash"],
  };
  line = await startLine({ config: { providers: { google }, cache: { enabled: false } } });
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

async function keyOf(team: string, usd: number): Promise<string> {
  const response = await line.api("/admin/v1/keys", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: team, team, budget: { usd, window: "total" } }),
  });
  return ((await response.json()) as { secret: string }).secret;
}

function search(key: string): Promise<Response> {
  return fetch(`${line.baseUrl}/v1beta/models/gemini-3.5-flash:generateContent`, {
    method: "POST",
    headers: { "x-goog-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({
      contents: [{ role: "user", parts: [{ text: "Who won?" }] }],
      tools: [{ googleSearch: {} }],
      generationConfig: { maxOutputTokens: 100 },
    }),
  });
}

async function costOfWide(): Promise<unknown> {
  const answer = await line.api("/admin/v1/costs?by=team");
  const { data } = (await answer.json()) as { data: { by: Record<string, string> }[] };
  return data.find(({ by }) => by["team"] === "wide");
}

test("B1 a budget that ten searches do not fit into refuses a request that may make them", async () => {
  // 10 × 0.014 USD, where the tokens alone would be a tenth of a cent.
  expect((await search(await keyOf("narrow", 0.13))).status).toBe(429);
});

test("B5 one that they fit into is charged those that were made", async () => {
  const groundingMetadata = { webSearchQueries: ["who won", "who lost"] };
  const content = { role: "model", parts: [{ text: "We did." }] };
  upstream.next(
    json(200, {
      candidates: [{ index: 0, content, finishReason: "STOP", groundingMetadata }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 },
    }),
  );
  expect((await search(await keyOf("wide", 1))).status).toBe(200);
  // 10 × 1.50 + 2 × 9 + 2 × 0.014 USD
  await expect.poll(costOfWide, { timeout: 10_000 }).toMatchObject({ requests: 1, costPicoUsd: "28033000000" });
});
