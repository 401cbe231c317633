import { canonicalize, sha256Digest } from "@signalbox/tlog";
import { operatorName } from "../process/operator-name.ts";
import type { SignalboxConfig } from "./signalbox-config.ts";

/** What may be a key, or hold one: that it is there is a part of the digest, and what it says is not. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(["apiKey", "headers"]);

/** What the operator's file says, by its digest, and who started the line with it. */
export type ConfigMark = { readonly digest: string; readonly by: string };

export function markConfig(config: SignalboxConfig): ConfigMark {
  return { digest: configDigest(config), by: operatorName() };
}

/** SHA-256 of its canonical JSON, defaults filled in, numbers as text and without secrets. */
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
