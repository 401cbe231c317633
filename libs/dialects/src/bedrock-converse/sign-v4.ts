import { createHash, createHmac } from "node:crypto";

export type AwsCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken: string | null;
};

export type SignableRequest = {
  readonly method: string;
  readonly host: string;
  /** As it is sent, with its query if it has one: each segment is encoded once already. */
  readonly path: string;
  /** Those to be signed, beside those that signing adds; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

export type SigningScope = {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  /** UTC, as `20150830T123600Z`. */
  readonly amzDate: string;
};

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * The headers that sign a request with AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html): `host`, `x-amz-date`,
 * `x-amz-security-token` where there is one, and `authorization`. It reads no clock: the service refuses a date that is
 * five minutes off. The path is encoded once more than it is sent, as every service but S3 wants it.
 */
export function signV4(request: SignableRequest, scope: SigningScope): Readonly<Record<string, string>> {
  const { credentials, region, service, amzDate } = scope;
  const { sessionToken } = credentials;
  const added = {
    host: request.host,
    "x-amz-date": amzDate,
    ...(sessionToken === null ? {} : { "x-amz-security-token": sessionToken }),
  };
  const { text, signedHeaders } = canonicalRequest(request, { ...request.headers, ...added });
  const date = amzDate.slice(0, 8);
  const place = `${date}/${region}/${service}/aws4_request`;
  const toSign = [ALGORITHM, amzDate, place, sha256(text)].join("\n");
  const key = [date, region, service, "aws4_request"].reduce<string | Buffer>(
    (before, part) => hmac(before, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  const credential = `${credentials.accessKeyId}/${place}`;
  const authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return { ...added, authorization };
}

function canonicalRequest(
  request: SignableRequest,
  headers: Readonly<Record<string, string>>,
): { readonly text: string; readonly signedHeaders: string } {
  const [path = "", query = ""] = splitOnce(request.path, "?");
  const entries = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim().replaceAll(/ +/g, " ")] as const)
    .toSorted(([a], [b]) => compare(a, b));
  const signedHeaders = entries.map(([name]) => name).join(";");
  const text = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...entries.map(([name, value]) => `${name}:${value}`),
    "",
    signedHeaders,
    sha256(request.body),
  ].join("\n");
  return { text, signedHeaders };
}

/** Dots and empty segments are resolved, and what remains is encoded. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const slash = segments.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${segments.map(encode).join("/")}${slash}`;
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  const pairs = query.split("&").map((pair) => {
    const [name = "", value = ""] = splitOnce(pair, "=");
    return [encode(decode(name)), encode(decode(value))] as const;
  });
  const sorted = pairs.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return sorted.map(([name, value]) => `${name}=${value}`).join("&");
}

function splitOnce(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** RFC 3986: all but letters, digits and `-._~`. */
export function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest();
}
