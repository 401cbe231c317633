import type { Endpoint } from "@signalbox/proto";
import { ConfigError } from "../config/config-error.ts";
import { buildEndpoint } from "./build-endpoint.ts";
import { listModels } from "./list-models.ts";
import type { KnownModels } from "./load-catalogue.ts";
import type { ModelConfig, ProviderConfig } from "./providers-config.ts";
import { callableModels, firstSet, openaiBaseUrl } from "./register-known.ts";
import { countModels, type Env, type ProviderAccess, type Registration } from "./registration.ts";

const LIST_TIMEOUT_MS = 5_000;

type Configured = { known: KnownModels; provider: string; settings: ProviderConfig; env: Env };

/** A provider that the config names. Throws ConfigError when something is missing that only the user can give. */
export async function registerConfigured(configured: Configured): Promise<Registration> {
  const { known, provider, settings } = configured;
  const access: ProviderAccess = {
    dialect: settings.dialect,
    baseUrl: baseUrlOf(configured).replace(/\/+$/, ""),
    ...keyOf(configured),
    headers: settings.headers,
    timeouts: settings.timeouts,
  };
  const models = await modelsOf(configured, access);
  const file = known.providers.get(provider);
  const lacks = file !== undefined && settings.baseUrl === undefined ? file.openaiCompatibleLacks : [];
  const endpoints = models.map((model) => buildEndpoint({ known, provider, region: settings.region, model, lacks }));
  refuseRepeated(provider, endpoints);
  return {
    provider,
    access,
    endpoints,
    note: `${provider}: ${countModels(endpoints)} from the config at ${access.baseUrl}`,
  };
}

function baseUrlOf({ known, provider, settings, env }: Configured): string {
  if (settings.baseUrl !== undefined) return settings.baseUrl;
  const file = known.providers.get(provider);
  if (file === undefined || file.openaiCompatibleBaseUrl === null) {
    throw new ConfigError(
      `providers.${provider}.baseUrl is missing: write the URL of its OpenAI-compatible API, up to and without /chat/completions.`,
    );
  }
  const url = openaiBaseUrl(file, env);
  if (typeof url === "string") return url;
  throw new ConfigError(
    `providers.${provider}: set ${url.missing} in the environment, or write providers.${provider}.baseUrl.`,
  );
}

function keyOf({ known, provider, settings, env }: Configured): { apiKey?: string; apiKeyEnv?: string } {
  const { apiKey, apiKeyEnv } = settings;
  if (apiKey !== undefined) return { apiKey };
  if (apiKeyEnv !== undefined) {
    if (firstSet([apiKeyEnv], env) !== undefined) return { apiKeyEnv };
    throw new ConfigError(
      `providers.${provider}.apiKeyEnv names ${apiKeyEnv}, which is not set: export it before the start.`,
    );
  }
  const names = known.providers.get(provider)?.apiKeyEnv ?? [];
  const found = firstSet(names, env);
  if (found !== undefined) return { apiKeyEnv: found };
  // A server of one's own may need no key; the provider's public address does.
  if (settings.baseUrl !== undefined || names.length === 0) return {};
  throw new ConfigError(
    `providers.${provider} has no key: set ${names[0]} in the environment, or write providers.${provider}.apiKeyEnv.`,
  );
}

async function modelsOf(configured: Configured, access: ProviderAccess): Promise<ModelConfig[]> {
  const { known, provider, settings, env } = configured;
  if (settings.models !== "auto")
    return settings.models.map((model) => (typeof model === "string" ? { id: model } : model));
  const file = known.providers.get(provider);
  if (file?.deploymentsOnly === true) {
    throw new ConfigError(`providers.${provider}.models is missing: list the names of your deployments.`);
  }
  if (file !== undefined) return callableModels(file).map(({ id }) => ({ id }));
  const key = access.apiKey ?? (access.apiKeyEnv === undefined ? undefined : env[access.apiKeyEnv]);
  const headers = { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...settings.headers };
  try {
    const listed = await listModels({ baseUrl: access.baseUrl, headers, timeoutMs: LIST_TIMEOUT_MS });
    if (listed.length > 0) return listed.map(({ id }) => ({ id }));
  } catch (error) {
    throw new ConfigError(
      `providers.${provider}: its models cannot be listed at ${access.baseUrl}/models: ${error instanceof Error ? error.message : "it failed"}. Start it, correct providers.${provider}.baseUrl or its key, or list the models under providers.${provider}.models.`,
    );
  }
  throw new ConfigError(
    `providers.${provider}: ${access.baseUrl}/models lists no model that converses. List the models under providers.${provider}.models.`,
  );
}

function refuseRepeated(provider: string, endpoints: readonly Endpoint[]): void {
  const repeated = endpoints.find(({ id }, at) => endpoints.findIndex((other) => other.id === id) !== at);
  if (repeated !== undefined)
    throw new ConfigError(`providers.${provider}.models names ${repeated.model} twice: keep one.`);
}
