import OpenAI, { NotFoundError } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLine, type TestLine } from "../kit/start-line.ts";

let line: TestLine;
let client: OpenAI;
beforeAll(async () => {
  line = await startLine();
  client = new OpenAI({ baseURL: `${line.baseUrl}/v1`, apiKey: line.apiKey, maxRetries: 0 });
});
afterAll(() => line?.[Symbol.asyncDispose]());

function nearness(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}

test("without any key an embedding comes from the simulator, says so, and tells texts apart", async () => {
  const input = ["the train leaves at noon", "the train leaves at midnight", "a recipe for bread"];
  const answer = await client.embeddings.create({ model: "auto", input, dimensions: 64 });
  expect(answer).toMatchObject({ model: "simulator-embedding", simulator: expect.stringContaining("simulator") });
  const [noon, midnight, bread] = answer.data.map(({ embedding }) => embedding);
  expect(noon).toHaveLength(64);
  expect(nearness(noon!, noon!)).toBeCloseTo(1);
  expect(nearness(noon!, midnight!)).toBeGreaterThan(nearness(noon!, bread!) + 0.2);
});

test("an operation that nothing configured serves is a NotFoundError with the models that would", async () => {
  for (const model of ["auto", "gpt-image-1"]) {
    const error = await client.images.generate({ model, prompt: "a box" }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ message: expect.stringContaining("openai/gpt-image-1 (set OPENAI_API_KEY)") });
  }
});

test("every one of these decisions is recorded and replays the same", async () => {
  await expect.poll(async () => (await line.replayAll()).length, { timeout: 5_000 }).toBeGreaterThanOrEqual(3);
  expect((await line.replayAll()).filter(({ identical }) => !identical)).toEqual([]);
});
