import { env } from "node:process";
import type { RequestQuirks } from "@signalbox/dialects";
import type { Config, ProviderConfig } from "./config.ts";
import { quirksOf } from "./provider-quirks.ts";

/** A provider as it is called. */
export type Provider = {
  readonly name: string;
  readonly origin: string;
  /** Of chat completions. */
  readonly path: string;
  /** Credentials and the provider's own headers; those of one request are added to them. */
  readonly headers: Readonly<Record<string, string>>;
  /** What must never be shown. */
  readonly secrets: readonly string[];
  readonly quirks: RequestQuirks;
  readonly firstByteMs: number;
  readonly idleMs: number;
};

export type Providers = ReadonlyMap<string, Provider>;

/** The providers of a config, with keys read from where it says they lie. Throws when an environment variable that it names is empty. */
export function loadProviders(
  config: Pick<Config, "providers" | "timeouts">,
  from: NodeJS.ProcessEnv = env,
): Providers {
  return new Map(
    Object.entries(config.providers).map(([name, provider]) => [name, loadProvider(name, provider, { config, from })]),
  );
}

type Context = { readonly config: Pick<Config, "timeouts">; readonly from: NodeJS.ProcessEnv };

function loadProvider(name: string, provider: ProviderConfig, { config, from }: Context): Provider {
  const url = new URL(provider.baseUrl);
  const key = keyOf(name, provider, from);
  const known = quirksOf(provider.baseUrl);
  const { maxTokensField = known.maxTokensField, streamOptions, developerRole } = provider.quirks;
  return {
    name,
    origin: url.origin,
    path: `${url.pathname.replace(/\/$/, "")}/chat/completions${url.search}`,
    headers: {
      "content-type": "application/json",
      "user-agent": "signalbox",
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...provider.headers,
    },
    secrets: [...(key === null ? [] : [key]), ...Object.values(provider.headers)],
    quirks: {
      maxTokensField,
      streamOptions: streamOptions ?? known.streamOptions,
      developerRole: developerRole ?? known.developerRole,
    },
    firstByteMs: provider.timeouts.firstByteMs ?? config.timeouts.firstByteMs,
    idleMs: provider.timeouts.idleMs ?? config.timeouts.idleMs,
  };
}

function keyOf(name: string, provider: ProviderConfig, from: NodeJS.ProcessEnv): string | null {
  if (provider.apiKey !== undefined) return provider.apiKey;
  if (provider.apiKeyEnv === undefined) return null;
  const key = from[provider.apiKeyEnv];
  if (key !== undefined && key !== "") return key;
  throw new Error(
    `The environment variable ${provider.apiKeyEnv}, which holds the key of the provider ${name}, is not set.`,
  );
}
