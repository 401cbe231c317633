import OpenAI, { NotFoundError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";
import { startUpstream, streamed, type Upstream, whole } from "../kit/upstream.ts";

/** A whole line before a provider of Chat Completions, which knows of no conversations. */
let upstream: Upstream;
let line: TestLine;
let client: OpenAI;
beforeAll(async () => {
  upstream = await startUpstream();
  line = await startLine({ upstream, config: { retention: { responses: { tenants: ["*"] } } } });
  client = new OpenAI({ baseURL: `${line.baseUrl}/v1`, apiKey: line.apiKey, maxRetries: 0 });
});
afterAll(async () => {
  await line[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

const kept = { model: "auto", store: true } as const;
const askAgain = () => client.responses.create({ ...kept, input: "Once more.", temperature: 0 }).withResponse();

test("a conversation goes on over any provider, whole and streamed, with what was said before", async () => {
  upstream.next(whole("Noted."), streamed("Under ", "the oak."));
  const first = await client.responses.create({ ...kept, input: "The treasure lies beneath the oak." });
  const asked = { ...kept, input: "Where?", instructions: "Be brief.", previous_response_id: first.id };
  const second = await client.responses.stream(asked).finalResponse();
  expect(upstream.received[1]!.body["messages"]).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "The treasure lies beneath the oak." },
    { role: "assistant", content: "Noted." },
    { role: "user", content: "Where?" },
  ]);
  expect(second).toMatchObject({ output_text: "Under the oak.", previous_response_id: first.id, store: true });
  expect(await client.responses.retrieve(second.id)).toMatchObject({ id: second.id, output_text: "Under the oak." });
  await client.responses.delete(second.id);
  await expect(client.responses.retrieve(second.id)).rejects.toBeInstanceOf(NotFoundError);
});

test("the id of a stored response is that of its request in the register", async () => {
  const { data, response } = await client.responses.create({ ...kept, input: "Hello." }).withResponse();
  expect(data.id).toBe(`resp_${response.headers.get("x-request-id")!.replaceAll("-", "")}`);
});

test("B14 an answer from the cache is a response of its own", async () => {
  const { data: first } = await askAgain();
  const calls = upstream.received.length;
  const again: string[] = [];
  await expect
    .poll(async () => {
      const { data, response } = await askAgain();
      again.push(data.id);
      return response.headers.get("x-signalbox-cache");
    })
    .toBe("hit");
  expect(new Set([first.id, ...again]).size).toBe(1 + again.length);
  expect(upstream.received.length).toBeLessThan(calls + again.length);
  const read = await Promise.all([first.id, again.at(-1)!].map((id) => client.responses.retrieve(id)));
  expect(read.map(({ output_text: text }) => text)).toEqual([first.output_text, first.output_text]);
});
