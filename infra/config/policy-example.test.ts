import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue, endpoint, priced } from "@signalbox/decision/fixtures/documents";
import { checkPolicy, effectivePolicy, parsePolicyFiles } from "@signalbox/policy/policy-files";
import { VARIABLES } from "@signalbox/decision";
import { DEFAULT_POLICY, PolicyEffects } from "@signalbox/proto";
import { expect, test } from "vitest";

const HERE = import.meta.dirname;
const GUIDE = readFileSync(join(HERE, "POLICY.md"), "utf8");

test("the example is a policy whose tests hold", () => {
  const text = readFileSync(join(HERE, "policy.example.yaml"), "utf8");
  const parsed = parsePolicyFiles([{ name: "policy.example.yaml", text }]);
  if (parsed.kind === "wrong") throw new Error(JSON.stringify(parsed.problems));
  const known = catalogue([
    endpoint("anthropic/claude", { region: "us", price: priced(3_000_000, 15_000_000) }),
    endpoint("local/llama-4", { region: "eu", price: priced(1, 1) }),
    endpoint("local/qwen3-32b", { region: "eu", price: priced(0, 0) }),
    endpoint("openai/gpt", { region: "us", price: priced(1_000_000, 8_000_000) }),
  ]);
  const { failures, warnings } = checkPolicy(effectivePolicy(DEFAULT_POLICY, parsed.version), known);
  expect({ failures, warnings }).toEqual({ failures: [], warnings: [] });
});

test("the guide names every effect and every variable", () => {
  const effects = Object.keys(PolicyEffects.shape).map((name) => (name === "maxCostPicoUsd" ? "maxCostUsd" : name));
  const missing = [...effects, ...Object.keys(VARIABLES)].filter((name) => !GUIDE.includes(`\`${name}\``));
  expect(missing).toEqual([]);
});
