import { describe, expect, test } from "vitest";
import { Config } from "./config.ts";
import { loadProviders } from "./providers.ts";

function load(providers: object, env: Record<string, string> = {}): ReturnType<typeof loadProviders> {
  return loadProviders(Config.parse({ providers, timeouts: { firstByteMs: 9_000 } }), env);
}

describe("a provider's config", () => {
  test("gives the address, the headers and the silences of a call", () => {
    const { one } = Object.fromEntries(
      load(
        {
          one: {
            baseUrl: "https://api.example.org/v1/",
            apiKeyEnv: "KEY",
            headers: { "x-team": "a" },
            timeouts: { idleMs: 5, totalMs: 7_000 },
          },
        },
        { KEY: "secret" },
      ),
    );
    expect(one).toMatchObject({
      origin: "https://api.example.org",
      basePath: "/v1",
      query: "",
      apiVersion: null,
      headers: { authorization: "Bearer secret", "x-team": "a" },
      secrets: ["secret", "a"],
      firstByteMs: 9_000,
      idleMs: 5,
      totalMs: 7_000,
    });
  });

  test("without a key sends none", () => {
    const { local } = Object.fromEntries(load({ local: { baseUrl: "http://127.0.0.1:11434/v1" } }));
    expect(local?.headers).not.toHaveProperty("authorization");
    expect(local?.totalMs).toBeNull();
  });

  test("that names an empty environment variable is refused", () => {
    expect(() => load({ one: { baseUrl: "https://a.example", apiKeyEnv: "NONE" } })).toThrow("NONE");
  });

  test("knows what hosts take, and is overruled field by field", () => {
    const loaded = Object.fromEntries(
      load({
        mistral: { baseUrl: "https://api.mistral.ai/v1", quirks: { developerRole: true } },
        openai: { baseUrl: "https://api.openai.com/v1", quirks: { maxTokensField: null } },
        groq: { baseUrl: "https://api.groq.com/openai/v1", quirks: { thinkTags: null } },
        other: { baseUrl: "https://notapi.openai.com.example/v1" },
      }),
    );
    expect(loaded["mistral"]?.quirks).toMatchObject({
      maxTokensField: "max_tokens",
      streamOptions: false,
      developerRole: true,
    });
    expect(loaded["openai"]?.quirks.maxTokensField).toBeNull();
    expect(loaded["groq"]?.quirks).toMatchObject({ maxTokensField: "max_completion_tokens", thinkTags: null });
    for (const { quirks } of loaded["groq"]?.quirks.byModel ?? []) expect(quirks.thinkTags).toBeNull();
    expect(loaded["other"]?.quirks).toEqual({ maxTokensField: null, streamOptions: true, developerRole: true });
  });

  test.each(["ftp://example.org", "example.org", ""])("refuses the base URL %j", (baseUrl) => {
    expect(() => load({ one: { baseUrl } })).toThrow("baseUrl");
  });
});
