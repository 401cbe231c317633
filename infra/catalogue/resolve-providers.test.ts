import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { z } from "zod";
import { ProvidersConfig } from "./providers-config.ts";
import { resolveProviders, type ResolveOptions } from "./resolve-providers.ts";

const SIMULATOR = "http://127.0.0.1:4999/v1";

test("every provider whose key stands in the environment is registered with the catalogue's models", async () => {
  const { catalogue, providers, notes } = await resolve({
    env: { DEEPSEEK_API_KEY: "k", ZHIPU_API_KEY: "k", DASHSCOPE_API_KEY: "k", MISTRAL_API_KEY: "" },
  });
  expect(Object.keys(providers).toSorted()).toEqual(["alibaba", "deepseek", "zai"]);
  expect(providers.deepseek).toEqual({
    dialect: "openai-chat",
    baseUrl: "https://api.deepseek.com",
    apiKeyEnv: "DEEPSEEK_API_KEY",
    headers: {},
    timeouts: {},
  });
  const ids = catalogue.endpoints.map(({ id }) => id);
  expect(ids).toContain("deepseek/deepseek-v4-pro");
  expect(ids).toEqual(ids.toSorted());
  expect(notes.join("\n")).toMatch(/deepseek: 4 models of the catalogue, key from DEEPSEEK_API_KEY/);
});

test("a variable that a client of this line has set for itself registers nothing", async () => {
  const { providers, notes } = await resolve({ env: { OPENAI_API_KEY: "sk-sb-0a0a-1", GEMINI_API_KEY: "k" } });
  expect(Object.keys(providers)).toEqual(["google"]);
  expect(notes.join("\n")).toMatch(/openai: OPENAI_API_KEY holds a key of Signalbox itself/);
  expect(notes.join("\n")).not.toContain("sk-sb-");
});

test.each([
  ["MIMO_API_KEY", "xiaomi"],
  ["KIMI_API_KEY", "moonshot"],
  ["ZAI_API_KEY", "zai"],
  ["GOOGLE_API_KEY", "google"],
  ["XAI_API_KEY", "xai"],
  ["NVIDIA_API_KEY", "nvidia"],
  ["MINIMAX_API_KEY", "minimax"],
])("%s alone registers %s", async (name, provider) => {
  const { providers } = await resolve({ env: { [name]: "k" } });
  expect(Object.keys(providers)).toEqual([provider]);
  expect(providers[provider]?.apiKeyEnv).toBe(name);
});

test("a provider is called in its own dialect, and what is missing for it is named", async () => {
  const { providers, notes, catalogue } = await resolve({
    env: {
      ANTHROPIC_API_KEY: "k",
      GEMINI_API_KEY: "k",
      COHERE_API_KEY: "k",
      MISTRAL_API_KEY: "k",
      AWS_BEARER_TOKEN_BEDROCK: "k",
      AZURE_API_KEY: "k",
      AZURE_RESOURCE_NAME: "r",
    },
  });
  const called = Object.entries(providers).map(([name, { dialect, baseUrl }]) => [name, dialect, baseUrl]);
  expect(called).toEqual([
    ["anthropic", "anthropic-messages", "https://api.anthropic.com/v1"],
    ["cohere", "cohere-v2", "https://api.cohere.com/v2"],
    ["google", "gemini", "https://generativelanguage.googleapis.com/v1beta"],
    ["mistral", "mistral", "https://api.mistral.ai/v1"],
  ]);
  for (const { provider, dialect } of catalogue.endpoints) expect(dialect).toBe(providers[provider]?.dialect);
  expect(notes.join("\n")).toMatch(/bedrock: .* AWS_REGION is not/);
  expect(notes.join("\n")).toMatch(/azure: .*list your deployments under providers\.azure\.models/);
});

test("a known provider can be called through its OpenAI-compatible address when the config asks for it", async () => {
  const { providers } = await resolve({ config: { google: { dialect: "openai-chat", apiKey: "k" } } });
  expect(providers.google).toMatchObject({
    dialect: "openai-chat",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
  });
});

test("models that a provider serves by another API alone are called by that one", async () => {
  const { catalogue } = await resolve({ env: { OPENAI_API_KEY: "k" } });
  const dialects = new Map(catalogue.endpoints.map(({ id, dialect }) => [id, dialect]));
  expect(dialects.get("openai/gpt-5-mini")).toBe("openai-chat");
  expect(dialects.get("openai/gpt-5-pro")).toBe("openai-responses");
  expect(dialects.get("openai/gpt-5.5")).toBe("openai-responses");
  expect(dialects.get("openai/gpt-5.2-chat-latest")).toBe("openai-chat");
  const given = await resolve({ config: { openai: { apiKey: "k", dialect: "openai-chat", models: ["gpt-5.5"] } } });
  expect(given.catalogue.endpoints.map(({ dialect }) => dialect)).toEqual(["openai-chat"]);
});

test("with nothing else the simulator is registered, and only then is it started", async () => {
  let starts = 0;
  const simulator = () => Promise.resolve(((starts += 1), SIMULATOR));
  const { catalogue, providers, notes } = await resolve({ simulator });
  expect(providers).toEqual({
    simulator: { dialect: "openai-chat", baseUrl: SIMULATOR, headers: {}, timeouts: {} },
  });
  expect(catalogue.endpoints.map(({ id, quality }) => [id, quality.default?.value])).toEqual([
    ["simulator/simulator-embedding", undefined],
    ["simulator/simulator-large", 750_000],
    ["simulator/simulator-reasoning", 950_000],
    ["simulator/simulator-small", 450_000],
  ]);
  expect(notes[0]).toMatch(/simulated/);
  await resolve({ simulator, env: { OPENAI_API_KEY: "k" } });
  expect(starts).toBe(1);
});

test("a provider in the config replaces the environment's, unless both are asked for", async () => {
  const config = { lab: { baseUrl: "http://127.0.0.1:9/v1/", models: ["tiny"] } };
  const env = { OPENAI_API_KEY: "k" };
  expect(Object.keys((await resolve({ config, env })).providers)).toEqual(["lab"]);
  const both = await resolve({ config, env, autoProviders: true });
  expect(Object.keys(both.providers).toSorted()).toEqual(["lab", "openai"]);
  expect(both.providers.lab?.baseUrl).toBe("http://127.0.0.1:9/v1");
});

test("B5 a model that nobody priced is unpriced and its abilities are assumed", async () => {
  const { catalogue, notes } = await resolve({
    config: { lab: { baseUrl: "http://127.0.0.1:9/v1", models: ["tiny"] } },
  });
  expect(catalogue.endpoints[0]).toMatchObject({
    id: "lab/tiny",
    price: null,
    contextTokens: null,
    quality: {},
    inputs: ["image", "text"],
    capabilities: ["json-object", "json-schema", "logprobs", "parallel-tools", "seed", "tools"],
  });
  expect(notes[0]).toMatch(/unpriced/);
});

test("a known model at an unknown host takes its limits from the catalogue, and never another host's price", async () => {
  const config = { lab: { baseUrl: "http://127.0.0.1:9/v1", models: ["openai/gpt-oss-120b"] } };
  const { catalogue } = await resolve({ config });
  expect(catalogue.endpoints[0]).toMatchObject({
    family: "gpt-oss-120b",
    contextTokens: 131_072,
    price: null,
    openWeights: true,
  });
});

test("a model of one's own has open weights where the config says so", async () => {
  const models = [{ id: "tuned", openWeights: true }, "tiny", { id: "openai/gpt-oss-120b", openWeights: false }];
  const { catalogue } = await resolve({ config: { lab: { baseUrl: "http://127.0.0.1:9/v1", models } } });
  const open = catalogue.endpoints.filter(({ openWeights }) => openWeights).map(({ id }) => id);
  expect(open).toEqual(["lab/tuned"]);
});

test("what the config says of a model stands above the catalogue", async () => {
  const price = {
    inputUsdPerMillion: 0.07,
    outputUsdPerMillion: 1.1,
    tiers: [{ aboveInputTokens: 1_000, inputUsdPerMillion: 0.1, outputUsdPerMillion: 2 }],
  };
  const config = {
    deepseek: {
      apiKey: "k",
      region: "eu",
      models: [{ id: "deepseek-v4-pro", price, context: 4_096, quality: 0.8, capabilities: ["tools" as const] }],
    },
  };
  const { catalogue, providers } = await resolve({ config });
  expect(catalogue.endpoints).toEqual([
    expect.objectContaining({
      region: "eu",
      contextTokens: 4_096,
      maxOutputTokens: 384_000,
      capabilities: ["tools"],
      quality: { default: { value: 800_000, source: "declared", reference: null } },
      price: [
        { aboveInputTokens: 0, input: 70_000, output: 1_100_000, cacheRead: null, cacheWrite: null },
        { aboveInputTokens: 1_000, input: 100_000, output: 2_000_000, cacheRead: null, cacheWrite: null },
      ],
    }),
  ]);
  expect(providers.deepseek?.apiKey).toBe("k");
});

test("what becomes of what is sent is the provider's word at its own address, the config's above it, and else unknown", async () => {
  const config = {
    openai: {
      apiKey: "k",
      models: ["gpt-5-mini", { id: "gpt-5", retention: "zero" as const, region: "us" }],
      region: "eu",
    },
    anthropic: { apiKey: "k", baseUrl: "http://127.0.0.1:9/v1", models: ["claude-sonnet-4-5"] },
    fireworks: { apiKey: "k", models: ["accounts/fireworks/models/gpt-oss-120b", "mine"] },
    lab: { baseUrl: "http://127.0.0.1:9/v1", models: ["tiny"], training: "never" as const },
  };
  const { catalogue } = await resolve({ config });
  const terms = catalogue.endpoints.map(({ id, region, retention, training }) => [id, region, retention, training]);
  expect(terms).toEqual([
    ["anthropic/claude-sonnet-4-5", null, undefined, undefined],
    ["fireworks/accounts/fireworks/models/gpt-oss-120b", null, "zero", undefined],
    ["fireworks/mine", null, undefined, undefined],
    ["lab/tiny", null, undefined, "never"],
    ["openai/gpt-5", "us", "zero", "never"],
    ["openai/gpt-5-mini", "eu", "limited", "never"],
  ]);
});

test("a bound of the prompt alone is known where the catalogue or the config has one", async () => {
  const config = { openai: { apiKey: "k", models: ["gpt-5", { id: "gpt-5-mini", maxInput: 7 }, "gpt-4o"] } };
  const { catalogue } = await resolve({ config });
  expect(catalogue.endpoints.map(({ id, maxInputTokens }) => [id, maxInputTokens])).toEqual([
    ["openai/gpt-4o", undefined],
    ["openai/gpt-5", 272_000],
    ["openai/gpt-5-mini", 7],
  ]);
});

test("an unknown provider is asked for its models with its key, and their names say what those do that do not converse", async () => {
  let authorization: string | undefined;
  const baseUrl = await serve((request, response) => {
    authorization = request.headers.authorization;
    response.end(JSON.stringify({ object: "list", data: [{ id: "chatty" }, { id: "nomic-embed-text" }] }));
  });
  const { catalogue } = await resolve({
    config: { lab: { baseUrl, apiKeyEnv: "LAB_KEY" } },
    env: { LAB_KEY: "secret" },
  });
  expect(authorization).toBe("Bearer secret");
  expect(catalogue.endpoints.map(({ id, operations }) => [id, operations])).toEqual([
    ["lab/chatty", undefined],
    ["lab/nomic-embed-text", ["embeddings"]],
  ]);
});

test("a config that cannot be served names the field and the fix, and never the key", async () => {
  const refused = await serve((_request, response) => response.writeHead(401).end("no"));
  const nonsense = await serve((_request, response) => response.end("<html>"));
  const cases: [ResolveConfig, RegExp][] = [
    [{ lab: {} }, /providers\.lab\.baseUrl is missing.*openai-chat\.$/],
    [{ opnai: {} }, /providers\.opnai\.baseUrl is missing.* Did you mean openai\?$/],
    [{ openai: {} }, /providers\.openai has no key: set OPENAI_API_KEY/],
    [{ lab: { baseUrl: refused, apiKeyEnv: "NOT_SET" } }, /apiKeyEnv names NOT_SET, which is not set/],
    [
      { lab: { baseUrl: refused, apiKey: "topsecret" } },
      /it answered 401\. .*list the models under providers\.lab\.models/,
    ],
    [{ lab: { baseUrl: nonsense } }, /no model list/],
    [{ lab: { baseUrl: "http://127.0.0.1:1/v1" } }, /cannot be reached/],
    [{ azure: { apiKey: "k", baseUrl: refused } }, /list the names of your deployments/],
    [{ lab: { baseUrl: refused, models: ["a", "a"] } }, /names a twice/],
  ];
  for (const [config, message] of cases) {
    const failure = await resolve({ config }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: "ConfigError", message: expect.stringMatching(message) as string });
    expect(String(failure)).not.toContain("topsecret");
  }
});

type ResolveConfig = z.input<typeof ProvidersConfig>;

function resolve(options: Omit<Partial<ResolveOptions>, "config"> & { config?: ResolveConfig }) {
  return resolveProviders({
    env: {},
    probe: false,
    simulator: SIMULATOR,
    ...options,
    config: ProvidersConfig.parse(options.config ?? {}),
  });
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}
