import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { itemOf } from "./__fixtures__/item.ts";
import { classify } from "./classify.ts";
import { CLASSIFIER_DOCUMENT } from "./classifier-document.ts";

/** A folder with `labels/` of public benchmarks; without it there is nothing to measure. */
const DATA_DIR = process.env.SHARED_DATA_DIR;

test.skipIf(DATA_DIR === undefined)("public benchmarks of one task are recognised as that task", () => {
  const shares = {
    gsm8k: shareOf("math", lines("gsm8k_test.jsonl.gz", "question")),
    humanEval: shareOf("code", lines("HumanEval.jsonl.gz", "prompt")),
    mbpp: shareOf("code", lines("mbpp.jsonl.gz", "text")),
  };
  console.log(shares);
  expect(shares.gsm8k).toBeGreaterThan(0.95);
  expect(shares.humanEval).toBeGreaterThan(0.8);
  expect(shares.mbpp).toBeGreaterThan(0.95);
});

function lines(file: string, field: string): string[] {
  const text = gunzipSync(readFileSync(join(DATA_DIR!, "labels", file))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => String((JSON.parse(line) as Record<string, unknown>)[field]));
}

function shareOf(task: string, prompts: string[]): number {
  const right = prompts.filter((prompt) => classify(itemOf(prompt), CLASSIFIER_DOCUMENT).task === task);
  return right.length / prompts.length;
}
