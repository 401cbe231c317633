import { env } from "node:process";
import { egressOf, type RequestQuirks } from "@signalbox/dialects";
import type { Config, ProviderConfig } from "./config.ts";
import { overruled, quirksOf } from "./provider-quirks.ts";
import { type Signing, signingOf } from "./sign-request.ts";

/** A provider as it is called. */
export type Provider = {
  readonly name: string;
  readonly origin: string;
  /** Of the base URL, without a slash at its end; each wire adds its own. */
  readonly basePath: string;
  /** Of the base URL, without its question mark. */
  readonly query: string;
  /** Credentials and the provider's own headers; those of one request are added to them. */
  readonly headers: Readonly<Record<string, string>>;
  /** How each request is signed; null where the headers carry the key. */
  readonly signing: Signing | null;
  /** What must never be shown. */
  readonly secrets: readonly string[];
  readonly quirks: RequestQuirks;
  /** `api-version` of azure-openai's deployments; null for its v1 form and for all other wires. */
  readonly apiVersion: string | null;
  /** The betas of Anthropic's format that are sent on to it; null: all of them. */
  readonly betas: ReadonlySet<string> | null;
  readonly firstByteMs: number;
  readonly idleMs: number;
  /** For one attempt as a whole; null where only the request's own total bounds it. */
  readonly totalMs: number | null;
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
  const signing = provider.dialect === "bedrock-converse" ? signingOf(name, url, key) : null;
  return {
    name,
    origin: url.origin,
    basePath: url.pathname.replace(/\/$/, ""),
    query: url.search.slice(1),
    headers: {
      "user-agent": "signalbox",
      ...(key === null ? {} : egressOf(provider.dialect).credentials(key)),
      ...provider.headers,
    },
    signing,
    secrets: [...(key === null ? [] : secretsIn(key, signing)), ...Object.values(provider.headers)],
    quirks: overruled(quirksOf(provider.baseUrl, name), provider.quirks),
    apiVersion: provider.apiVersion ?? null,
    betas: provider.betas === undefined ? null : new Set(provider.betas),
    firstByteMs: provider.timeouts.firstByteMs ?? config.timeouts.firstByteMs,
    idleMs: provider.timeouts.idleMs ?? config.timeouts.idleMs,
    totalMs: provider.timeouts.totalMs ?? null,
  };
}

/** The secret part of an access key alone would do as much harm as the whole. */
function secretsIn(key: string, signing: Signing | null): string[] {
  if (signing === null) return [key];
  const { secretAccessKey, sessionToken } = signing.credentials;
  return [key, secretAccessKey, ...(sessionToken === null ? [] : [sessionToken])];
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
