import { expect, test } from "vitest";
import type { ProvidersConfig } from "./providers-config.ts";
import { resolveProviders } from "./resolve-providers.ts";

const SIMULATOR = "http://127.0.0.1:1/v1";

async function hostsWith(options: { env?: Record<string, string>; config?: ProvidersConfig; autoProviders?: boolean }) {
  const { env = {}, config = {}, autoProviders = false } = options;
  return (await resolveProviders({ config, autoProviders, env, probe: false, simulator: SIMULATOR })).hosts;
}

test("a model that nobody is registered for is served by who has it, once its variable is set", async () => {
  const hosts = await hostsWith({});
  expect(hosts["gpt-4o"]).toContain("openai (set OPENAI_API_KEY)");
  expect(hosts["openai/gpt-4o"]).toContain("openai (set OPENAI_API_KEY)");
  expect(hosts["claude-sonnet-4-5"]).toContain("anthropic (set ANTHROPIC_API_KEY)");
  expect(hosts["gpt-4o"]?.at(-1)).toBe(
    "azure (set AZURE_API_KEY and AZURE_RESOURCE_NAME, list your deployments under providers.azure.models in the config)",
  );
});

test("what is registered, and what does something else than to converse, is told of nobody", async () => {
  const hosts = await hostsWith({ env: { OPENAI_API_KEY: "sk-x" } });
  expect(hosts["openai/gpt-4o"]?.join()).not.toContain("openai (");
  expect(hosts["gpt-4o"]?.join()).not.toContain("openai (");
  expect(hosts["text-embedding-3-small"]).toBeUndefined();
  expect(Object.keys(hosts).some((name) => name.startsWith("simulator"))).toBe(false);
});

test("a key of Signalbox itself is none of the vendor's", async () => {
  const hosts = await hostsWith({ env: { OPENAI_API_KEY: "sk-sb-0a1b2c3d4e5f-x" } });
  expect(hosts["gpt-4o"]).toContain("openai (set OPENAI_API_KEY)");
});

test("under a config that names its providers a variable alone registers nobody", async () => {
  const config = { openai: { apiKey: "x", models: ["gpt-4o-mini"], headers: {}, timeouts: {} } };
  const env = { DEEPSEEK_API_KEY: "x" };
  const named = await hostsWith({ config, env });
  expect(named["gpt-4o"]).toContain("openai (list it under providers.openai.models in the config)");
  expect(named["claude-sonnet-4-5"]).toContain(
    "anthropic (set ANTHROPIC_API_KEY, name it under providers.anthropic in the config)",
  );
  expect(named["deepseek/deepseek-chat"]).toContain("deepseek (name it under providers.deepseek in the config)");
  const automatic = await hostsWith({ config, env, autoProviders: true });
  expect(automatic["claude-sonnet-4-5"]).toContain("anthropic (set ANTHROPIC_API_KEY)");
});
