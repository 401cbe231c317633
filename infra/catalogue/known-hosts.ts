import type { KnownModels } from "./load-catalogue.ts";
import type { ProviderFile } from "./provider-file.ts";
import { callableModels, firstSet, isOwnKey, missingVariables } from "./register-known.ts";
import type { Env, Registration } from "./registration.ts";

/** By a model's name, its family or `provider/model`: the unregistered hosts that serve it, each with what to set for it. */
export type KnownHosts = Readonly<Record<string, readonly string[]>>;

/**
 * The hosts of the catalogue's chat models, to be named in the error for a model that is not registered. Hosts that need a
 * deployment of one's own come last.
 */
export function knownHosts(options: {
  known: KnownModels;
  env: Env;
  registered: readonly Registration[];
  /** Whether a key in the environment registers its provider. */
  byEnvironment: boolean;
}): KnownHosts {
  const { known, env, byEnvironment } = options;
  const registered = new Set(options.registered.map(({ provider }) => provider));
  const present = new Set(options.registered.flatMap(({ endpoints }) => endpoints.map(({ id }) => id)));
  const hosts: Record<string, string[]> = {};
  const files = [...known.providers.values()].filter(({ apiKeyEnv }) => apiKeyEnv.length > 0);
  for (const file of files.toSorted((a, b) => Number(a.deploymentsOnly) - Number(b.deploymentsOnly))) {
    const { provider } = file;
    const host = `${provider} (${registered.has(provider) ? listing(file) : registering(file, { env, byEnvironment })})`;
    for (const { id, family, operations = ["chat"] } of callableModels(file)) {
      if (!operations.includes("chat") || present.has(`${provider}/${id}`)) continue;
      for (const name of new Set([id, family, `${provider}/${id}`])) {
        const named = (hosts[name] ??= []);
        if (!named.includes(host)) named.push(host);
      }
    }
  }
  return hosts;
}

/** What to do for a provider that is registered, but not with this model. */
function listing({ provider }: ProviderFile): string {
  return `list it under providers.${provider}.models in the config`;
}

function registering(file: ProviderFile, { env, byEnvironment }: { env: Env; byEnvironment: boolean }): string {
  const { provider, apiKeyEnv, deploymentsOnly } = file;
  const present = firstSet(apiKeyEnv, env);
  const key = present === undefined || isOwnKey(env[present]) ? apiKeyEnv.slice(0, 1) : [];
  const variables = [...key, ...missingVariables(file.baseUrl ?? "", env)];
  const set = variables.length === 0 ? [] : [`set ${variables.join(" and ")}`];
  const named = deploymentsOnly
    ? [`list your deployments under providers.${provider}.models in the config`]
    : byEnvironment
      ? []
      : [`name it under providers.${provider} in the config`];
  return [...set, ...named].join(", ");
}
