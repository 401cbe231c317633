import type { WireName } from "@signalbox/proto";
import { buildEndpoint } from "./build-endpoint.ts";
import type { KnownModels } from "./load-catalogue.ts";
import type { ModelFacts, ProviderFile } from "./provider-file.ts";
import { countModels, plainAccess, type Env, type Registration } from "./registration.ts";

/** The prefix of Signalbox's own keys. */
const OWN_KEY = "sk-sb-";

/** Registers the known providers whose key is in the environment, and notes those whose key alone is not enough. */
export function registerKnown(options: { known: KnownModels; env: Env; except: ReadonlySet<string> }): {
  registered: Registration[];
  notes: string[];
} {
  const { known, env, except } = options;
  const registered: Registration[] = [];
  const notes: string[] = [];
  for (const file of known.providers.values()) {
    const keyEnv = firstSet(file.apiKeyEnv, env);
    if (keyEnv === undefined || except.has(file.provider)) continue;
    const baseUrl = nativeBaseUrl(file, env);
    if (isOwnKey(env[keyEnv])) {
      // Clients of this line are told to put its key where the vendor's own goes.
      notes.push(`${file.provider}: ${keyEnv} holds a key of Signalbox itself, so the provider is not called with it`);
    } else if (file.deploymentsOnly) {
      notes.push(
        `${file.provider}: ${keyEnv} is set, but its models answer only where you have deployed them: list your deployments under providers.${file.provider}.models`,
      );
    } else if (typeof baseUrl !== "string") {
      notes.push(`${file.provider}: ${keyEnv} is set, but ${baseUrl.missing} is not`);
    } else {
      const endpoints = callableModels(file).map(({ id }) =>
        buildEndpoint({ known, provider: file.provider, isOwnAddress: true, model: { id }, dialect: file.dialect }),
      );
      const { dialect } = file;
      const through = dialect === "openai-chat" ? "" : ` in ${dialect}`;
      registered.push({
        provider: file.provider,
        access: plainAccess(baseUrl, { dialect, apiKeyEnv: keyEnv }),
        endpoints,
        note: `${file.provider}: ${countModels(endpoints)} of the catalogue${through}, key from ${keyEnv}`,
      });
    }
  }
  return { registered, notes };
}

export function isOwnKey(key: string | undefined): boolean {
  return key?.startsWith(OWN_KEY) === true;
}

/** The wires that stand beside each other at one base URL, with one kind of credentials. */
const SHARED_BASE: Partial<Record<WireName, readonly WireName[]>> = { "openai-chat": ["openai-responses"] };

/** The models of a provider that can be called at its base URL: those that it serves elsewhere alone are left out. */
export function callableModels(file: ProviderFile): ModelFacts[] {
  const beside = SHARED_BASE[file.dialect] ?? [];
  return file.models.filter(
    ({ dialect }) => dialect === undefined || dialect === file.dialect || beside.includes(dialect),
  );
}

/** Where a known provider is called in its own dialect, or the variable of the environment that is missing for it. */
function nativeBaseUrl(file: ProviderFile, env: Env): string | { missing: string } {
  return expandUrl(file.baseUrl ?? "", env);
}

const VARIABLE = /\$\{([A-Z0-9_]+)\}/g;

/** A URL with the environment's values in the places of its variables, or the first variable that is missing. */
export function expandUrl(template: string, env: Env): string | { missing: string } {
  const [missing] = missingVariables(template, env);
  return missing === undefined ? template.replace(VARIABLE, (_, name: string) => env[name] ?? "") : { missing };
}

/** The variables of a URL that the environment does not hold. */
export function missingVariables(template: string, env: Env): string[] {
  const names = [...template.matchAll(VARIABLE)].map(([, name]) => name ?? "");
  return names.filter((name) => firstSet([name], env) === undefined);
}

/** The first of the variables that is set and not empty. */
export function firstSet(names: readonly string[], env: Env): string | undefined {
  return names.find((name) => (env[name] ?? "") !== "");
}
