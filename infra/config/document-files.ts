import { join } from "node:path";
import type { Home } from "../home/home.ts";

/** Where ingress and policy read the catalogue. */
export function catalogueFile(home: Home): string {
  return join(home.run, "catalogue-document.json");
}

/** Where ingress reads which hosts would serve models that are not registered. */
export function hostsFile(home: Home): string {
  return join(home.run, "hosts-document.json");
}

/** Where policy reads the config's fields of the policy document. */
export function policyFile(home: Home): string {
  return join(home.run, "policy-document.json");
}

/** Where ingress and the dispatcher read the guardrails document, when there is one. */
export function guardFile(home: Home): string {
  return join(home.run, "guard-document.json");
}
