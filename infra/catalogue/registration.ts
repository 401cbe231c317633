import type { Endpoint, WireName } from "@signalbox/proto";
import type { ProviderConfig } from "./providers-config.ts";

export type Env = Readonly<Record<string, string | undefined>>;

/** What the dispatcher needs to call a provider. */
export type ProviderAccess = {
  readonly dialect: WireName;
  /** As far as the version, with no slash at its end: the wire adds its own path. */
  readonly baseUrl: string;
  /** `api-version` of azure-openai's deployments. */
  readonly apiVersion?: string;
  /** The key itself, when the config holds it. */
  readonly apiKey?: string;
  /** The variable that holds the key, when one does; it is set. */
  readonly apiKeyEnv?: string;
  /** The betas of Anthropic's format that are sent on to it; absent: all. */
  readonly betas?: string[];
  /** The config's quirks of openai-chat at this host; absent: none. */
  readonly quirks?: NonNullable<ProviderConfig["quirks"]>;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeouts: ProviderConfig["timeouts"];
};

/** One provider, ready to be called, with its endpoints and a line for the operator. */
export type Registration = {
  readonly provider: string;
  readonly access: ProviderAccess;
  readonly endpoints: readonly Endpoint[];
  readonly note: string;
};

/** The access of a provider for which nothing special is set. */
export function plainAccess(
  baseUrl: string,
  { dialect = "openai-chat", ...key }: { dialect?: WireName; apiKey?: string; apiKeyEnv?: string } = {},
): ProviderAccess {
  return { dialect, baseUrl: baseUrl.replace(/\/+$/, ""), ...key, headers: {}, timeouts: {} };
}

/** `1 model`, `3 models`, and how many of them have no price. */
export function countModels(endpoints: readonly Endpoint[]): string {
  const unpriced = endpoints.filter(({ price }) => price === null).length;
  const models = endpoints.length === 1 ? "1 model" : `${endpoints.length} models`;
  return unpriced === 0 ? models : `${models} (${unpriced === endpoints.length ? "unpriced" : `${unpriced} unpriced`})`;
}
