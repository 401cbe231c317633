import { parseConfig } from "@signalbox/kit";
import { expect, test } from "vitest";
import { declaredQuality } from "./declared-quality.ts";
import { ProvidersConfig } from "./providers-config.ts";

test("a provider with a price of seven decimals is refused at its line", () => {
  const text = `lab:
  baseUrl: http://127.0.0.1:9/v1
  models:
    - id: m
      price: { inputUsdPerMillion: 0.0000001, outputUsdPerMillion: 1 }
`;
  expect(() => parseConfig(ProvidersConfig, text, "box.yaml")).toThrow(
    /box\.yaml:\d+: lab\.models.*price is USD per million tokens.*six decimals/,
  );
});

test("a key in the file and a key in the environment contradict each other", () => {
  const text = "lab: { baseUrl: http://127.0.0.1:9/v1, apiKey: k, apiKeyEnv: K }";
  expect(() => parseConfig(ProvidersConfig, text, "box.yaml")).toThrow(/not both/);
});

test("a field that nobody knows is refused, not ignored", () => {
  expect(() => parseConfig(ProvidersConfig, "lab: { baseUri: http://127.0.0.1:9/v1 }", "box.yaml")).toThrow(
    /did you mean baseUrl/,
  );
});

test("a quality is a share, a percentage or millionths, told by its size", () => {
  expect(valueOf(0.7)).toBe(700_000);
  expect(valueOf(1)).toBe(1_000_000);
  expect(valueOf(70)).toBe(700_000);
  expect(valueOf(87.5)).toBe(875_000);
  expect(valueOf(700_000)).toBe(700_000);
  expect(declaredQuality({ default: 50, math: 0.9 })).toEqual({
    default: { value: 500_000, source: "declared", reference: null },
    math: { value: 900_000, source: "declared", reference: null },
  });
  const wrong = [-1, 100.5, 1_000_001, 0.12345678];
  expect(
    wrong.filter((quality) => ProvidersConfig.safeParse({ lab: { models: [{ id: "m", quality }] } }).success),
  ).toEqual([]);
});

function valueOf(declared: number): number | undefined {
  return declaredQuality(declared).default?.value;
}
