import OpenAI from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, streamed, whole, type Upstream } from "../kit/upstream.ts";

let upstream: Upstream;
let line: TestLine;
let client: OpenAI;
beforeAll(async () => {
  upstream = await startUpstream();
  line = await startLine({ upstream });
  client = new OpenAI({ baseURL: `${line.baseUrl}/v1`, apiKey: line.apiKey, maxRetries: 0 });
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const messages = [{ role: "user" as const, content: "Say hello." }];

test("chat answers with the model's text, usage and the decision behind it", async () => {
  upstream.next(whole("Hello!"));
  const { data, response } = await client.chat.completions.create({ model: "auto", messages }).withResponse();
  expect(data.choices[0]!.message.content).toBe("Hello!");
  expect(data.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 });
  const decisionId = response.headers.get("x-signalbox-decision-id");
  expect(data.usage).toMatchObject({ signalbox: { decision_id: decisionId, cost_pico_usd: expect.any(String) } });
  expect(response.headers.get("x-signalbox-provider")).toBe("upstream");
  const record = await (await line.api(`/v1/decisions/${decisionId}`)).json();
  expect(record).toMatchObject({ decisionId, decision: { decisionId }, explanation: expect.any(Array) });
});
