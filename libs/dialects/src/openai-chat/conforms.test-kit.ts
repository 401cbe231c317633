import { expect } from "vitest";
import { FINISH_REASONS } from "../neutral/response.ts";
import type { Chunk, Run } from "./stream.test-kit.ts";

/** What OpenAI's schema and prose say of every stream. */
export function expectConforms(run: Run, options: { includeUsage: boolean }): void {
  expect(run.text.endsWith("data: [DONE]\n\n")).toBe(true);
  expect(run.text.split("data: [DONE]")).toHaveLength(2);
  const [first] = run.chunks;
  const usageChunk = options.includeUsage ? run.chunks.at(-1) : undefined;
  for (const chunk of run.chunks) {
    expectHead(chunk, first!);
    if (!options.includeUsage) expect(chunk).not.toHaveProperty("usage");
    else if (chunk !== usageChunk) expect(chunk.usage).toBeNull();
  }
  if (usageChunk !== undefined) {
    expect(usageChunk.choices).toEqual([]);
    expect(usageChunk.usage?.prompt_tokens).toBeGreaterThan(0);
  }
  expectChoices(run.chunks.flatMap((chunk) => chunk.choices));
}

function expectHead(chunk: Chunk, first: Chunk): void {
  expect(chunk).toMatchObject({
    id: first.id,
    object: "chat.completion.chunk",
    created: first.created,
    model: first.model,
  });
  expect([typeof chunk.id, typeof chunk.created, typeof chunk.model]).toEqual(["string", "number", "string"]);
}

function expectChoices(pieces: Chunk["choices"]): void {
  for (const [index, choices] of Map.groupBy(pieces, (piece) => piece.index)) {
    expect(Number.isInteger(index)).toBe(true);
    expect(choices.filter((choice) => choice.finish_reason !== null)).toHaveLength(1);
    expect(FINISH_REASONS).toContain(choices.at(-1)?.finish_reason);
    expect(choices.map((choice) => choice.delta.role)).toEqual(["assistant", ...choices.slice(1).map(() => undefined)]);
    for (const choice of choices) expect(choice).toHaveProperty("logprobs");
    const opened = choices.flatMap((choice) => choice.delta.tool_calls ?? []).filter((call) => call.id !== undefined);
    expect(opened.map((call) => call.index)).toEqual(opened.map((_, place) => place));
    expect(new Set(opened.map((call) => call.id)).size).toBe(opened.length);
    for (const call of opened) expect([call.type, typeof call.function.name]).toEqual(["function", "string"]);
  }
}
