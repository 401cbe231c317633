import { buildEndpoint } from "./build-endpoint.ts";
import type { KnownModels } from "./load-catalogue.ts";
import type { ModelFacts, ProviderFile } from "./provider-file.ts";
import { countModels, plainAccess, type Env, type Registration } from "./registration.ts";

/** The known providers whose key stands in the environment, and a note for each whose key cannot be used by itself. */
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
    const baseUrl = openaiBaseUrl(file, env);
    if (file.openaiCompatibleBaseUrl === null) {
      notes.push(
        `${file.provider}: ${keyEnv} is set, but ${file.name} speaks ${file.dialect}, which is not supported yet`,
      );
    } else if (file.deploymentsOnly) {
      notes.push(
        `${file.provider}: ${keyEnv} is set, but its models answer only where you have deployed them: list your deployments under providers.${file.provider}.models`,
      );
    } else if (typeof baseUrl !== "string") {
      notes.push(`${file.provider}: ${keyEnv} is set, but ${baseUrl.missing} is not`);
    } else {
      const endpoints = callableModels(file).map(({ id }) =>
        buildEndpoint({
          known,
          provider: file.provider,
          region: undefined,
          model: { id },
          lacks: file.openaiCompatibleLacks,
        }),
      );
      const through = file.dialect === "openai-chat" ? "" : " through its OpenAI-compatible API";
      registered.push({
        provider: file.provider,
        access: plainAccess(baseUrl, { apiKeyEnv: keyEnv }),
        endpoints,
        note: `${file.provider}: ${countModels(endpoints)} of the catalogue${through}, key from ${keyEnv}`,
      });
    }
  }
  return { registered, notes };
}

/** The models of a provider that its OpenAI chat dialect serves: those marked with another one are left out. */
export function callableModels(file: ProviderFile): ModelFacts[] {
  return file.models.filter(({ dialect }) => dialect === undefined || dialect === "openai-chat");
}

/** Where a known provider speaks the OpenAI chat dialect, or the variable of the environment that is missing for it. */
export function openaiBaseUrl(file: ProviderFile, env: Env): string | { missing: string } {
  let missing: string | undefined;
  const url = (file.openaiCompatibleBaseUrl ?? "").replace(/\$\{([A-Z0-9_]+)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined || value === "") missing ??= name;
    return value ?? "";
  });
  return missing === undefined ? url : { missing };
}

/** The first of the variables that is set and not empty. */
export function firstSet(names: readonly string[], env: Env): string | undefined {
  return names.find((name) => (env[name] ?? "") !== "");
}
