import { type AwsCredentials, readAwsKey, regionOfHost, SIGNING_SERVICE, signV4 } from "@signalbox/dialects";

/** How each request to a provider is signed. */
export type Signing = { readonly credentials: AwsCredentials; readonly region: string; readonly host: string };

/** The signing that a provider's key asks for; null: the key is sent as it is. Throws when the region cannot be known. */
export function signingOf(name: string, url: URL, key: string | null): Signing | null {
  const credentials = key === null ? null : readAwsKey(key);
  if (credentials === null) return null;
  const region = regionOfHost(url.host);
  if (region !== null) return { credentials, region, host: url.host };
  throw new Error(
    `The provider ${name} has an AWS access key, and its base URL ${url.origin} names no region to sign for: write https://bedrock-runtime.<region>.amazonaws.com.`,
  );
}

/** The headers that sign a request at this moment. */
export function signRequest(
  { credentials, region, host }: Signing,
  request: { readonly path: string; readonly contentType: string; readonly body: string | Buffer },
): Readonly<Record<string, string>> {
  const { path, body, contentType } = request;
  const signable = { method: "POST", host, path, headers: { "content-type": contentType }, body };
  return signV4(signable, { credentials, region, service: SIGNING_SERVICE, amzDate: amzDate(new Date()) });
}

/** `20150830T123600Z`. */
function amzDate(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}
