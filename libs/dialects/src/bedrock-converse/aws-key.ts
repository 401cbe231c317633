import type { AwsCredentials } from "./sign-v4.ts";

/** An access key's id is one of AWS's own prefixes and sixteen letters or digits; what follows it has no colon but the session token's. */
const ACCESS_KEY = /^((?:AKIA|ASIA)[A-Z0-9]{12,28}):([^:\s]{16,128})(?::(\S+))?$/;

/** A provider's key that is an access key of AWS, `id:secret` or `id:secret:token`; null: it is an API key of Bedrock, sent as it is. */
export function readAwsKey(key: string): AwsCredentials | null {
  const parts = ACCESS_KEY.exec(key);
  if (parts === null) return null;
  return { accessKeyId: parts[1] ?? "", secretAccessKey: parts[2] ?? "", sessionToken: parts[3] ?? null };
}

/** The headers that carry an API key of Bedrock; none for an access key, with which each request is signed (sign-v4.ts). */
export function credentials(key: string): Readonly<Record<string, string>> {
  return readAwsKey(key) === null ? { authorization: `Bearer ${key}` } : {};
}

/** The region that a host of Bedrock names; null for a host of another name, such as a private endpoint. */
export function regionOfHost(host: string): string | null {
  return (
    /(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.com|api\.aws)/.exec(host)?.[1] ?? null
  );
}

/** The name under which requests to Bedrock are signed. */
export const SIGNING_SERVICE = "bedrock";
