import { readFileSync } from "node:fs";
import { parsePolicy, policyText } from "@signalbox/tlog";
import { ConfigError } from "./config-error.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

/** Throws ConfigError for a file that the config names and that the service which needs it could not use. */
export function checkNamedFiles({ budgets, register }: SignalboxConfig): void {
  if (budgets.webhook !== undefined) readNamed("budgets.webhook.secretFile", budgets.webhook.secretFile);
  if (register.witnessPolicy === null) return;
  const parsed = parsePolicy(policyText(readNamed("register.witnessPolicy", register.witnessPolicy)));
  if (parsed.ok) return;
  throw new ConfigError(`register.witnessPolicy: ${register.witnessPolicy}, line ${parsed.line}: ${parsed.reason}`);
}

function readNamed(field: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`${field} cannot be read (${(error as Error).message}): check its path and who may read it.`);
  }
}
