import { writeFileSync } from "node:fs";
import type { Catalogue } from "@signalbox/proto";
import type { Home } from "../home/home.ts";
import { catalogueFile, policyFile, renderPolicy } from "./render-service-configs.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

/** Writes the catalogue, and the policy's fields, where ingress and policy read them. */
export function writeDocuments(home: Home, config: SignalboxConfig, catalogue: Catalogue): void {
  writeFileSync(catalogueFile(home), JSON.stringify(catalogue), { mode: 0o600 });
  writeFileSync(policyFile(home), JSON.stringify(renderPolicy(config), null, 2), { mode: 0o600 });
}
