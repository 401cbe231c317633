import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadCatalogue } from "./load-catalogue.ts";
import { PROVIDER_HEADS } from "./provider-heads.ts";

const known = loadCatalogue();
const models = [...known.providers.values()].flatMap((file) =>
  file.models.map((model) => ({ provider: file.provider, ...model })),
);

test("the data files hold the providers that users name", () => {
  const named = "openai anthropic google deepseek xai nvidia moonshot minimax zai alibaba mistral azure xiaomi".split(
    " ",
  );
  expect(named.filter((provider) => (known.providers.get(provider)?.models.length ?? 0) < 4)).toEqual([]);
});

test.each([
  // By the names in the vendors' own documentation and SDKs, and those that tools for several of them use.
  ["openai", "https://api.openai.com/v1", ["OPENAI_API_KEY"]],
  ["anthropic", "https://api.anthropic.com/v1", ["ANTHROPIC_API_KEY"]],
  [
    "google",
    "https://generativelanguage.googleapis.com/v1beta",
    ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  ],
  ["deepseek", "https://api.deepseek.com", ["DEEPSEEK_API_KEY"]],
  ["xai", "https://api.x.ai/v1", ["XAI_API_KEY", "GROK_API_KEY"]],
  ["nvidia", "https://integrate.api.nvidia.com/v1", ["NVIDIA_API_KEY", "NIM_API_KEY"]],
  ["moonshot", "https://api.moonshot.ai/v1", ["MOONSHOT_API_KEY", "KIMI_API_KEY"]],
  ["minimax", "https://api.minimax.io/v1", ["MINIMAX_API_KEY"]],
  ["zai", "https://api.z.ai/api/paas/v4", ["ZAI_API_KEY", "ZHIPU_API_KEY", "ZHIPUAI_API_KEY"]],
  ["alibaba", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", ["DASHSCOPE_API_KEY", "ALIBABA_API_KEY"]],
  ["mistral", "https://api.mistral.ai/v1", ["MISTRAL_API_KEY"]],
  ["azure", "https://${AZURE_RESOURCE_NAME}.openai.azure.com/openai/v1", ["AZURE_API_KEY", "AZURE_OPENAI_API_KEY"]],
  ["xiaomi", "https://api.xiaomimimo.com/v1", ["XIAOMI_API_KEY", "MIMO_API_KEY"]],
])("%s is called at %s with the key from any of %j", (provider, baseUrl, apiKeyEnv) => {
  expect(known.providers.get(provider)).toMatchObject({ baseUrl, apiKeyEnv });
});

test("the data files say of a provider what its head says", () => {
  for (const { documented: _, zeroIsTrial: __, source: ___, ...head } of PROVIDER_HEADS) {
    expect(known.providers.get(head.provider)).toMatchObject(head);
  }
});

test("price tiers start at zero and ascend, and the price of context beyond a bound is its own", () => {
  const wrong = models.filter(({ price }) => {
    const bounds = price?.map(({ aboveInputTokens }) => aboveInputTokens) ?? [0];
    return bounds[0] !== 0 || bounds.some((bound, at) => at > 0 && bound <= bounds[at - 1]!);
  });
  expect(wrong).toEqual([]);
  const tiered = models.find(({ provider, id }) => provider === "google" && id === "gemini-2.5-pro");
  expect(tiered?.price).toEqual([
    { aboveInputTokens: 0, input: 1_250_000, output: 10_000_000, cacheRead: 125_000, cacheWrite: null },
    { aboveInputTokens: 200_000, input: 2_500_000, output: 15_000_000, cacheRead: 250_000, cacheWrite: null },
  ]);
});

test("B5 a model that its provider lists no price for is unpriced and not free", () => {
  const trial = models.filter(({ provider }) => provider === "nvidia");
  expect(trial.filter(({ price }) => price?.[0]?.input === 0)).toEqual([]);
  const free = models.filter(({ price }) => price?.[0]?.input === 0 && price[0].output === 0);
  for (const { provider, id } of free)
    expect(`${provider}/${id}`).toMatch(/:free$|^openai\/omni-moderation-latest$|^zai\/.*-flash$|labs-|mini-code/);
});

test("B5 cached tokens of a priced model never cost nothing", () => {
  const gifts = models.flatMap(({ provider, id, price }) =>
    (price ?? []).some((tier) => tier.input > 0 && (tier.cacheRead === 0 || tier.cacheWrite === 0))
      ? [`${provider}/${id}`]
      : [],
  );
  expect(gifts).toEqual([]);
});

test("what does not converse is said to do something else", () => {
  const conversing = models.filter(({ operations }) => operations === undefined);
  expect(conversing.filter(({ id }) => /embed|whisper|tts|image|rerank|guard/i.test(id)).map(({ id }) => id)).toEqual(
    [],
  );
});

test("every measured figure names its source and a family that the catalogue has", () => {
  const families = new Set(models.map(({ family }) => family));
  for (const [family, tasks] of Object.entries(known.quality.families)) {
    expect(families).toContain(family);
    for (const figure of Object.values(tasks)) {
      expect(figure.source).toBe("measured");
      expect(figure.reference).toMatch(/n=\d+/);
    }
  }
});

test("a data file that does not fit is refused with its name and field", () => {
  const dir = mkdtempSync(join(tmpdir(), "catalogue-"));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = { ...known.providers.get("xai"), date: "yesterday" };
  writeFileSync(join(dir, "xai.json"), JSON.stringify(file));
  expect(() => loadCatalogue(dir)).toThrow(/xai\.json: .*[\s\S]*date/);
});
