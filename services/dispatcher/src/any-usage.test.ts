import { egressOf } from "@signalbox/dialects";
import { PicoUsd, type Price, Usage, WIRES } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { billedUsage } from "./billed-usage.ts";
import { costDoubtsOf } from "./cost-doubts.ts";
import { costPicoUsdOf } from "./cost.ts";
import { usageOfAnswer } from "./estimate-usage.ts";

const PRICE: Price = [
  {
    aboveInputTokens: 0,
    input: 3,
    output: 5,
    cacheRead: 1,
    cacheWrite: 4,
    cacheWriteHour: 6,
    audioInput: 9,
    outputPlain: 2,
    webSearch: 7,
  },
];

/** Names that providers report usage under. */
const FIELDS =
  "prompt_tokens completion_tokens total_tokens prompt_tokens_details completion_tokens_details cached_tokens reasoning_tokens audio_tokens cache_write_tokens prompt_cache_hit_tokens num_cached_tokens prompt_audio_seconds cost cost_details is_byok cost_in_usd_ticks input_tokens output_tokens input_tokens_details output_tokens_details cache_creation_input_tokens cache_read_input_tokens cache_creation ephemeral_1h_input_tokens iterations server_tool_use web_search_requests speed promptTokenCount candidatesTokenCount thoughtsTokenCount cachedContentTokenCount toolUsePromptTokenCount totalTokenCount promptTokensDetails tokenCount inputTokens outputTokens cacheReadInputTokens cacheWriteInputTokens cacheDetails tokens billed_units total_cost modality webSearchQueries groundingChunks maps".split(
    " ",
  );
const NUMBERS = [-1, 0, 1, 2.5, 7, 1e9, 1e300, Number.MAX_SAFE_INTEGER, 3e15];

const figure = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1_000_000) },
  fc.constantFrom(...NUMBERS, null, "9", true, "fast"),
);
const { report } = fc.letrec((tie) => ({
  report: fc.dictionary(
    fc.constantFrom(...FIELDS),
    fc.oneof({ depthSize: "small" }, figure, tie("report"), fc.array(tie("report"), { maxLength: 2 })),
    { maxKeys: 8 },
  ),
}));

test.each(WIRES)(
  "B5 whatever a provider reports on the wire %s, its usage can be recorded and its cost is a sum",
  (wire) => {
    const codec = egressOf(wire);
    fc.assert(
      fc.property(report, fc.nat(1_000), (usage, outputChars) => {
        const body = {
          usage,
          usageMetadata: usage,
          service_tier: "flex",
          output: [{ type: "web_search_call" }],
          candidates: [{ groundingMetadata: usage }],
        };
        const answered = usageOfAnswer(codec.reportedUsage(body), {
          inputTokens: 5,
          outputChars,
          maxOutputTokens: 100,
        });
        expect(Usage.safeParse(answered).error).toBeUndefined();
        const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = answered;
        expect(cachedInputTokens + cacheWriteTokens).toBeLessThanOrEqual(inputTokens);
        expect(reasoningTokens).toBeLessThanOrEqual(outputTokens);
        expect(PicoUsd.safeParse(costPicoUsdOf(billedUsage(answered), PRICE)).success).toBe(true);
        costDoubtsOf(answered, { price: PRICE, choices: 1 });
      }),
      { numRuns: 500 },
    );
  },
);
