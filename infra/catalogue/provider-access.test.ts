import { Config } from "@signalbox/dispatcher/config";
import { expect, test } from "vitest";
import { ProvidersConfig } from "./providers-config.ts";
import { resolveProviders } from "./resolve-providers.ts";

test("what a config may say of a provider, the dispatcher takes whole", async () => {
  const timeouts = { connectMs: 1, firstByteMs: 2, idleMs: 3, totalMs: 4 };
  const quirks = {
    maxTokensField: null,
    streamOptions: false,
    developerRole: false,
    reasoningField: "reasoning",
    thinkTags: "implied",
  } as const;
  const config = ProvidersConfig.parse({
    mine: {
      baseUrl: "http://10.0.0.1/v1",
      apiKey: "k",
      models: ["a"],
      region: "eu",
      headers: { a: "b" },
      timeouts,
      betas: ["b-1"],
      quirks,
    },
  });
  const { providers } = await resolveProviders({ config, env: {}, probe: false, simulator: "http://127.0.0.1:9/v1" });
  expect(Config.shape.providers.parse({ ...providers })).toMatchObject({
    mine: { timeouts, headers: { a: "b" }, betas: ["b-1"], quirks },
  });
});
