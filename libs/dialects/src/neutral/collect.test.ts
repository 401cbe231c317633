import * as fc from "fast-check";
import { expect, test } from "vitest";
import { arbitraryResponse } from "./arbitrary.test-kit.ts";
import { ResponseCollector } from "./collect.ts";
import { COLLECT_MAX_CHARS } from "./collect-limit.ts";
import { generatedChars } from "./part.ts";
import { chunksOfResponse } from "./response-chunks.ts";

test("B8 an answer cut into chunks and put together again is the answer", () => {
  fc.assert(
    fc.property(arbitraryResponse, (response) => {
      const collector = new ResponseCollector();
      for (const chunk of chunksOfResponse(response)) collector.add(chunk);
      const outputChars = response.choices.reduce((sum, choice) => sum + generatedChars(choice.parts), 0);
      expect(collector.response(response.usage)).toEqual({ ...response, outputChars });
    }),
  );
});

test("B13 an answer that is too large is given up, and what came of it is let go", () => {
  const text = "x".repeat(COLLECT_MAX_CHARS / 2 + 1);
  const delta = {
    choice: 0,
    first: true,
    text,
    refusal: null,
    reasoning: null,
    toolCalls: [],
    finish: null,
    source: {},
  };
  const head = { source: { dialect: "gemini", body: {} }, id: "a", createdAtS: 0, model: "m" } as const;
  const collector = new ResponseCollector();
  for (let pieces = 0; pieces < 3; pieces += 1) collector.add({ ...head, deltas: [delta] });
  expect(collector.response(null)).toBeNull();
});
