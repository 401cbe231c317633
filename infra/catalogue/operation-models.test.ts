import { OPERATIONS } from "@signalbox/proto";
import { expect, test } from "vitest";
import { offersOf, operationModels } from "./operation-models.ts";
import { operationsOfName } from "./operations-of-name.ts";
import { ModelFacts } from "./provider-file.ts";
import { PROVIDER_HEADS } from "./provider-heads.ts";

test("every model beside those that converse fits the catalogue, and is there once", () => {
  for (const { provider } of PROVIDER_HEADS) {
    const models = operationModels(provider).map((model) => ModelFacts.parse(model));
    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
  }
});

test("each operation is offered by a provider whose key is named", () => {
  const offers = offersOf(PROVIDER_HEADS);
  expect(Object.keys(offers).toSorted()).toEqual(OPERATIONS.filter((name) => name !== "chat").toSorted());
  expect(offers["embeddings"]).toContain("openai/text-embedding-3-small (set OPENAI_API_KEY)");
  expect(offers["rerank"]).toEqual(["cohere/rerank-v3.5 (set COHERE_API_KEY)"]);
});

test.each([
  ["nomic-embed-text", "embeddings"],
  ["BAAI/bge-m3", "embeddings"],
  ["BAAI/bge-reranker-v2-m3", "rerank"],
  ["openai/whisper-large-v3", "transcriptions"],
  ["gpt-4o-transcribe", "transcriptions"],
  ["tts-1", "speech"],
  ["omni-moderation-2024-09-26", "moderations"],
  ["dall-e-3", "images"],
  ["llama-3.3-70b", "chat"],
])("the name %s says %s", (name, operation) => {
  expect(operationsOfName(name)).toEqual([operation]);
});
