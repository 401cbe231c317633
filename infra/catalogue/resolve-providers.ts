import { Catalogue } from "@signalbox/proto";
import { buildEndpoint } from "./build-endpoint.ts";
import { findLocalServers, type LocalServer } from "./find-local-servers.ts";
import { knownHosts, type KnownHosts } from "./known-hosts.ts";
import { loadCatalogue, type KnownModels } from "./load-catalogue.ts";
import type { ProvidersConfig } from "./providers-config.ts";
import { accessOf, registerConfigured } from "./register-configured.ts";
import { registerKnown } from "./register-known.ts";
import { countModels, plainAccess, type Env, type ProviderAccess, type Registration } from "./registration.ts";
import { SIMULATOR_PROVIDER, simulatorProvider } from "./simulator-models.ts";

export type ResolvedProviders = {
  /** The endpoints that decisions choose among, sorted by id. */
  readonly catalogue: Catalogue;
  /** Name → how the dispatcher calls it. */
  readonly providers: Readonly<Record<string, ProviderAccess>>;
  /** The hosts that would serve models which are not registered. */
  readonly hosts: KnownHosts;
  /** Human lines: what was registered and why, and what was not. They hold no key. */
  readonly notes: readonly string[];
};

export type ResolveOptions = {
  /** The config's `providers` section; empty when there is none. */
  readonly config: ProvidersConfig;
  /** Register by environment and localhost too, beside what the config names. */
  readonly autoProviders?: boolean;
  readonly env: Env;
  /** Whether to look for model servers on localhost. */
  readonly probe: boolean;
  /** The simulator's base URL, or how to start it; asked for only when nothing else was found. */
  readonly simulator: string | (() => Promise<string>);
};

/**
 * Throws ConfigError, as `resolveProviders` would, when a configured provider lacks what only the user can give, such as
 * its key. It asks no one, so it can be told before anything is started.
 */
export function checkProviders(config: ProvidersConfig, env: Env): void {
  const configured = Object.entries(config);
  if (configured.length === 0) return;
  const known = knownModels();
  for (const [provider, settings] of configured) accessOf({ known, provider, settings, env });
}

/**
 * Decides which providers and models this installation can call: the config's own; without any, those whose key
 * stands in the environment and the servers on localhost; with none at all, the simulator.
 * Throws ConfigError, with a message that names the fix, when a configured provider cannot be registered.
 */
export async function resolveProviders(options: ResolveOptions): Promise<ResolvedProviders> {
  const { config, env } = options;
  const known = knownModels();
  const registered = await Promise.all(
    Object.entries(config).map(([provider, settings]) => registerConfigured({ known, provider, settings, env })),
  );
  const notes: string[] = [];
  const byEnvironment = registered.length === 0 || options.autoProviders === true;
  if (byEnvironment) {
    const except = new Set(Object.keys(config));
    const automatic = registerKnown({ known, env, except });
    const servers = options.probe ? await findLocalServers() : [];
    const local = servers.filter(({ provider }) => !except.has(provider)).map((server) => registerLocal(known, server));
    registered.push(...automatic.registered, ...local);
    notes.push(...automatic.notes);
  }
  if (registered.length === 0) registered.push(await registerSimulator(known, options.simulator));
  return {
    catalogue: Catalogue.parse({
      schema: "signalbox.catalogue.v1",
      date: known.date,
      endpoints: registered.flatMap(({ endpoints }) => endpoints).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    }),
    providers: Object.fromEntries(registered.map(({ provider, access }) => [provider, access])),
    hosts: knownHosts({ known, env, registered, byEnvironment }),
    notes: [...registered.map(({ note }) => note), ...notes],
  };
}

let read: KnownModels | undefined;

/**
 * The catalogue's data files, read once: a start asks for them before anything is up, and again to register providers.
 * The simulator is a known provider like any other, so that a config may name it too.
 */
function knownModels(): KnownModels {
  read ??= withSimulator(loadCatalogue());
  return read;
}

function withSimulator(known: KnownModels): KnownModels {
  return { ...known, providers: new Map([...known.providers, [SIMULATOR_PROVIDER, simulatorProvider(known.date)]]) };
}

function registerLocal(known: KnownModels, { provider, baseUrl, models }: LocalServer): Registration {
  const endpoints = models.map((id) => buildEndpoint({ known, provider, model: { id } }));
  return {
    provider,
    access: plainAccess(baseUrl),
    endpoints,
    note: `${provider}: ${countModels(endpoints)}, listening at ${baseUrl}`,
  };
}

async function registerSimulator(known: KnownModels, simulator: ResolveOptions["simulator"]): Promise<Registration> {
  const provider = SIMULATOR_PROVIDER;
  const baseUrl = typeof simulator === "string" ? simulator : await simulator();
  const models = known.providers.get(provider)?.models ?? [];
  const endpoints = models.map(({ id }) => buildEndpoint({ known, provider, model: { id } }));
  return {
    provider,
    access: plainAccess(baseUrl),
    endpoints,
    note: `${provider}: nothing else could be registered from the environment or on localhost, so answers are simulated (${countModels(endpoints)} at ${baseUrl})`,
  };
}
