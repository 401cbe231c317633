/**
 * Computes quality.json from published outcomes of single questions:
 * `node infra/catalogue/measure-quality.ts <folder> <YYYY-MM-DD>`. The folder holds `zeroeval/` (WildEval/ZeroEval, outcomes
 * re-graded by its rules), `mmlu_pro/` (TIGER-AI-Lab/MMLU-Pro) and `published/` (RouterArena's board), as README.md
 * describes; the date is the file's own. A figure exists only where exactly that release was measured.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Endpoint } from "@signalbox/proto";
import { QualityFile } from "./quality-file.ts";

/** Benchmark name → catalogue family, where the release is the same without doubt. */
const ZEROEVAL_FAMILIES: Readonly<Record<string, string>> = {
  "Llama-3.1-405B-Inst-sambanova": "llama-3.1-405b-instruct",
  "Meta-Llama-3-70B-Instruct": "llama-3-70b-instruct",
  "Meta-Llama-3-8B-Instruct": "llama-3-8b-instruct",
  "Meta-Llama-3.1-70B-Instruct": "llama-3.1-70b-instruct",
  "Meta-Llama-3.1-8B-Instruct": "llama-3.1-8b-instruct",
  "Mistral-Large-2": "mistral-large-2407",
  "Phi-3.5-mini-instruct": "phi-3.5-mini-instruct",
  "Qwen2.5-72B-Instruct": "qwen2.5-72b-instruct",
  "Qwen2.5-32B-Instruct": "qwen2.5-32b-instruct",
  "Qwen2.5-7B-Instruct": "qwen2.5-7b-instruct",
  "claude-3-5-sonnet-20240620": "claude-3-5-sonnet-20240620",
  "claude-3-5-sonnet-20241022": "claude-3-5-sonnet-20241022",
  "claude-3-haiku-20240307": "claude-3-haiku-20240307",
  "claude-3-opus-20240229": "claude-3-opus-20240229",
  "gemma-2-27b-it": "gemma-2-27b-it",
  "gemma-2-2b-it": "gemma-2-2b-it",
  "gpt-3.5-turbo-0125": "gpt-3.5-turbo-0125",
  "gpt-4o-2024-05-13": "gpt-4o-2024-05-13",
  "gpt-4o-2024-08-06": "gpt-4o-2024-08-06",
  "gpt-4o-mini-2024-07-18": "gpt-4o-mini",
  "o1-mini-2024-09-12": "o1-mini",
};
const MMLU_PRO_FAMILIES: Readonly<Record<string, string>> = {
  "Meta-Llama-3.1-70B-Instruct": "llama-3.1-70b-instruct",
  "Meta-Llama-3.1-8B-Instruct": "llama-3.1-8b-instruct",
  "Mixtral-8x7B-Instruct-v0.1": "mixtral-8x7b-instruct",
};
/** Routers of RouterArena's board whose pool is one model. */
const ROUTERARENA_FAMILIES: Readonly<Record<string, string>> = { "chuzom-solo-v32": "deepseek-v3.2" };

/** A benchmark run that misses more of its questions than this says nothing about the rest. */
const COVERAGE_MIN = 0.99;

type Tally = { right: number; asked: number };

const [folder, date] = process.argv.slice(2);
if (folder === undefined || date === undefined) {
  console.error("Usage: node infra/catalogue/measure-quality.ts <folder> <YYYY-MM-DD>");
  process.exit(2);
}
const families: Record<string, Endpoint["quality"]> = {};
measureZeroEval(folder);
measureMmluPro(folder);
readRouterArena(folder);
const file = QualityFile.parse({
  date,
  families: Object.fromEntries(
    Object.keys(families)
      .toSorted()
      .map((family) => [family, families[family]]),
  ),
});
writeFileSync(join(import.meta.dirname, "quality.json"), `${JSON.stringify(file, null, 2)}\n`);
console.log(`${Object.keys(families).length} families`);

/** math is the mean of a grade-school and a competition set, since either alone says little of the other end. */
function measureZeroEval(from: string): void {
  const { models } = readModels(join(from, "zeroeval"));
  const tallies = new Map<string, Tally>();
  const sizes = new Map<string, number>();
  for (const row of readRows<{ dataset: string; correct: string }>(join(from, "zeroeval"))) {
    sizes.set(row.dataset, (sizes.get(row.dataset) ?? 0) + 1);
    for (const [i, model] of models.entries())
      count(tallies, `${row.dataset}/${model}`, { mark: row.correct[i]!, right: "1" });
  }
  const share = (dataset: string, model: string) => shareOf(tallies.get(`${dataset}/${model}`), sizes.get(dataset)!);
  for (const [model, family] of Object.entries(ZEROEVAL_FAMILIES)) {
    const gsm = share("gsm", model);
    const hard = share("math-l5", model);
    const crux = share("crux", model);
    const source = `ZeroEval@8c1485e run ${model}`;
    if (gsm !== null && hard !== null) {
      const sets = `GSM8K (n=${sizes.get("gsm")}) and MATH level 5 (n=${sizes.get("math-l5")})`;
      add(family, "math", { share: (gsm + hard) / 2, reference: `mean accuracy on ${sets}, ${source}` });
    }
    if (crux !== null) {
      add(family, "code", { share: crux, reference: `accuracy on CRUXEval-O (n=${sizes.get("crux")}), ${source}` });
    }
  }
}

function measureMmluPro(from: string): void {
  const { models } = readModels(join(from, "mmlu_pro"));
  const tallies = new Map<string, Tally>();
  let size = 0;
  for (const row of readRows<{ answer: string; pred: string }>(join(from, "mmlu_pro"))) {
    size += 1;
    for (const [i, model] of models.entries()) count(tallies, model, { mark: row.pred[i]!, right: row.answer });
  }
  for (const [model, family] of Object.entries(MMLU_PRO_FAMILIES)) {
    const value = shareOf(tallies.get(model), size);
    if (value !== null) {
      const reference = `accuracy on MMLU-Pro (n=${size}, 5-shot), TIGER-AI-Lab/MMLU-Pro@f418b11 run ${model}`;
      add(family, "reasoning", { share: value, reference });
    }
  }
}

function readRouterArena(from: string): void {
  type Row = { "Router Name": string; Accuracy: number };
  const rows = JSON.parse(
    readFileSync(join(from, "published/routerarena_leaderboard_2026-08-20.json"), "utf8"),
  ) as Row[];
  for (const row of rows) {
    const family = ROUTERARENA_FAMILIES[row["Router Name"]];
    const reference = `accuracy on RouterArena (n=8400), board of 2026-08-20, entry ${row["Router Name"]}: this model alone`;
    if (family !== undefined) add(family, "default", { share: row.Accuracy / 100, reference });
  }
}

/** A dot marks a question that the run does not hold. */
function count(tallies: Map<string, Tally>, key: string, { mark, right }: { mark: string; right: string }): void {
  if (mark === ".") return;
  const tally = tallies.get(key) ?? { right: 0, asked: 0 };
  tally.asked += 1;
  if (mark === right) tally.right += 1;
  tallies.set(key, tally);
}

function shareOf(tally: Tally | undefined, size: number): number | null {
  return tally === undefined || tally.asked < size * COVERAGE_MIN ? null : tally.right / tally.asked;
}

function add(family: string, task: keyof Endpoint["quality"], measured: { share: number; reference: string }): void {
  const { share, reference } = measured;
  (families[family] ??= {})[task] = { value: Math.round(share * 1_000_000), source: "measured", reference };
}

function readModels(dir: string): { models: string[] } {
  return JSON.parse(readFileSync(join(dir, "models.json"), "utf8")) as { models: string[] };
}

function readRows<T>(dir: string): T[] {
  const text = gunzipSync(readFileSync(join(dir, "outcomes.jsonl.gz"))).toString("utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}
