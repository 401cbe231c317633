import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { operatorName } from "../process/operator-name.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

/** Fields that may hold a key. The digest covers that they are set (of headers, the names), but not their values. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(["apiKey", "headers"]);

/** The digest of the operator's config, and who started the line with it. */
type ConfigMark = { readonly digest: string; readonly by: string };

export function markConfig(config: SignalboxConfig): ConfigMark {
  return { digest: configDigest(config), by: operatorName() };
}

/** SHA-256 of the config's canonical JSON, with defaults filled in, numbers as text, and without secrets. */
export function configDigest(config: SignalboxConfig): string {
  const text = JSON.stringify(config, (name, value: unknown) => {
    if (SECRET_FIELDS.has(name) && value !== undefined) return typeof value === "string" ? "" : namesOf(value);
    return typeof value === "number" ? String(value) : value;
  });
  return sha256Digest(canonicalize(JSON.parse(text)));
}

function namesOf(value: unknown): string[] {
  return typeof value === "object" && value !== null ? Object.keys(value).toSorted() : [];
}
