import type { Capability, Endpoint, WireName } from "@signalbox/proto";
import { closestWord } from "../config/closest-word.ts";
import { ConfigError } from "../config/config-error.ts";
import { buildEndpoint } from "./build-endpoint.ts";
import { listModels } from "./list-models.ts";
import type { KnownModels } from "./load-catalogue.ts";
import type { ProviderFile } from "./provider-file.ts";
import type { ModelConfig } from "./model-config.ts";
import type { ProviderConfig } from "./providers-config.ts";
import { callableModels, expandUrl, firstSet } from "./register-known.ts";
import { countModels, type Env, type ProviderAccess, type Registration } from "./registration.ts";

const LIST_TIMEOUT_MS = 5_000;
const MISTYPED_MIN_CHARS = 5;

type Configured = { known: KnownModels; provider: string; settings: ProviderConfig; env: Env };

/** How a provider that the config names is called. Throws ConfigError when something is missing that only the user can give. */
export function accessOf(configured: Configured): ProviderAccess {
  const { settings } = configured;
  return {
    dialect: dialectOf(configured),
    baseUrl: baseUrlOf(configured).replace(/\/+$/, ""),
    ...(settings.apiVersion === undefined ? {} : { apiVersion: settings.apiVersion }),
    ...keyOf(configured),
    ...(settings.betas === undefined ? {} : { betas: settings.betas }),
    ...(settings.quirks === undefined ? {} : { quirks: settings.quirks }),
    headers: settings.headers,
    timeouts: settings.timeouts,
  };
}

/** A provider that the config names. Throws ConfigError as `accessOf` does, and when its models are not known. */
export async function registerConfigured(configured: Configured): Promise<Registration> {
  const { known, provider, settings } = configured;
  const access = accessOf(configured);
  const models = await modelsOf(configured, access);
  const { dialect } = access;
  const lacks = lacksOf(configured);
  const isOwnAddress = settings.baseUrl === undefined;
  const isDialectGiven = settings.dialect !== undefined;
  const endpoints = models.map((model) =>
    buildEndpoint({ known, provider, terms: settings, isOwnAddress, model, dialect, isDialectGiven, lacks }),
  );
  refuseRepeated(provider, endpoints);
  return {
    provider,
    access,
    endpoints,
    note: `${provider}: ${countModels(endpoints)} from the config at ${access.baseUrl}`,
  };
}

/** The wire from the config, else a known provider's own at its own address, else openai-chat. */
function dialectOf({ known, provider, settings }: Configured): WireName {
  if (settings.dialect !== undefined) return settings.dialect;
  const file = settings.baseUrl === undefined ? known.providers.get(provider) : undefined;
  return file?.dialect ?? "openai-chat";
}

/** A provider's OpenAI-compatible address carries less than its own dialect. */
function lacksOf({ known, provider, settings }: Configured): readonly Capability[] {
  const file = settings.baseUrl === undefined ? known.providers.get(provider) : undefined;
  const isOwn = settings.dialect === undefined || settings.dialect === file?.dialect;
  return file === undefined || isOwn ? [] : file.openaiCompatibleLacks;
}

function baseUrlOf({ known, provider, settings, env }: Configured): string {
  if (settings.baseUrl !== undefined) return settings.baseUrl;
  const file = known.providers.get(provider);
  const url = file === undefined ? null : addressOf(file, settings, env);
  if (url === null) {
    // A short name is more often the user's own than a mistyped one.
    const isLong = provider.length >= MISTYPED_MIN_CHARS;
    const meant = isLong ? closestWord(provider, [...known.providers.keys()]) : undefined;
    const hint = meant === undefined || meant === provider ? "" : ` Did you mean ${meant}?`;
    throw new ConfigError(
      `providers.${provider}.baseUrl is missing: write the URL of its API as far as the version, e.g. https://api.example.com/v1, and its dialect where that is not openai-chat.${hint}`,
    );
  }
  if (typeof url === "string") return url;
  throw new ConfigError(
    `providers.${provider}: set ${url.missing} in the environment, or write providers.${provider}.baseUrl.`,
  );
}

/** A known provider's address for a wire: its native one, or its OpenAI-compatible one; null for any other wire. */
function addressOf(
  file: ProviderFile,
  { dialect = file.dialect }: ProviderConfig,
  env: Env,
): string | { missing: string } | null {
  const baseUrl = dialect === file.dialect ? file.baseUrl : null;
  const compatible = dialect === "openai-chat" ? file.openaiCompatibleBaseUrl : null;
  const known = baseUrl ?? compatible;
  return known === null ? null : expandUrl(known, env);
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
    `providers.${provider}: ${access.baseUrl}/models lists no model. List the models under providers.${provider}.models.`,
  );
}

function refuseRepeated(provider: string, endpoints: readonly Endpoint[]): void {
  const repeated = endpoints.find(({ id }, at) => endpoints.findIndex((other) => other.id === id) !== at);
  if (repeated !== undefined)
    throw new ConfigError(`providers.${provider}.models names ${repeated.model} twice: keep one.`);
}
