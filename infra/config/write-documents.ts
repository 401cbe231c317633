import { writeFileSync } from "node:fs";
import type { ResolvedProviders } from "../catalogue/resolve-providers.ts";
import type { Home } from "../home/home.ts";
import { catalogueFile, guardFile, hostsFile, policyFile } from "./document-files.ts";
import { guardDocumentOf } from "./guard-document.ts";
import { renderPolicy } from "./render-policy.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

/** Writes the catalogue, the hosts beside it, the policy's fields and the guardrails where the services read them. */
export function writeDocuments(
  home: Home,
  config: SignalboxConfig,
  { catalogue, hosts }: Pick<ResolvedProviders, "catalogue" | "hosts">,
): void {
  writeFileSync(catalogueFile(home), JSON.stringify(catalogue), { mode: 0o600 });
  writeFileSync(hostsFile(home), JSON.stringify(hosts), { mode: 0o600 });
  writeFileSync(policyFile(home), JSON.stringify(renderPolicy(config), null, 2), { mode: 0o600 });
  if (config.guardrails.enabled) {
    writeFileSync(guardFile(home), JSON.stringify(guardDocumentOf(config.guardrails), null, 2), { mode: 0o600 });
  }
}
