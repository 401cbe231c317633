import { checkProviders } from "../catalogue/resolve-providers.ts";
import { checkGuardrails } from "./check-guardrails.ts";
import { checkNamedFiles } from "./check-named-files.ts";
import { placedInConfig, readSignalboxConfig } from "./read-signalbox-config.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

/**
 * Reads the operator's file for a start. What its fields do not say by themselves, a missing key for one, is told before
 * anything is started. Throws ConfigError.
 */
export async function readCheckedConfig(
  file: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SignalboxConfig> {
  const config = readSignalboxConfig(file);
  try {
    checkProviders(config.providers, env);
    checkNamedFiles(config);
    await checkGuardrails(config.guardrails);
  } catch (error) {
    throw placedInConfig(error, file);
  }
  return config;
}
