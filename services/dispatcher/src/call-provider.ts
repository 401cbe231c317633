import { pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { HeaderReader, RenderedRequest } from "@signalbox/dialects";
import { outgoingProxy } from "@signalbox/kit";
import { Agent, Pool, ProxyAgent } from "undici";
import type { Config, ProviderConfig } from "./config.ts";
import type { Provider } from "./providers.ts";
import { signRequest } from "./sign-request.ts";

/** The head of a provider's answer, and its body with any compression undone. */
export type ProviderAnswer = {
  readonly status: number;
  readonly header: HeaderReader;
  readonly body: Readable;
};

export type ProviderCall = {
  readonly agent: Agent;
  readonly provider: Provider;
  /** A body that is no JSON has its content type beside it. */
  readonly rendered: Pick<RenderedRequest, "path" | "headers"> & {
    readonly body: RenderedRequest["body"] | Buffer;
    readonly contentType?: string | null;
  };
  readonly stream: boolean;
  readonly traceparent: string;
  /** Destroys the connection at once. */
  readonly signal: AbortSignal;
};

const JSON_TYPE = "application/json";
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** One pool of keep-alive connections for each provider, through the proxy that the environment names. Silence is watched by the attempt, so undici's own timers are off. */
export function createAgent(config: Pick<Config, "http" | "timeouts" | "providers">): Agent {
  const connectMs = connectMsByOrigin(Object.values(config.providers));
  const options = {
    connections: config.http.connectionsMax,
    // A connection that carries one request at a time dies with the attempt that found it silent. HTTP/2 would put all others on it again.
    allowH2: false,
    keepAliveTimeout: config.http.keepAliveMs,
    keepAliveMaxTimeout: config.http.keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return new Agent({
    factory(origin) {
      const url = new URL(origin);
      const timeout = connectMs.get(url.origin) ?? config.timeouts.connectMs;
      const proxy = outgoingProxy(url);
      if (proxy === null) return new Pool(origin, { ...options, connect: { timeout } });
      return new ProxyAgent({ ...options, uri: proxy, connectTimeout: timeout });
    },
  });
}

/** Where a provider has a connect timeout of its own. Providers at one origin share a pool, and the longest holds. */
function connectMsByOrigin(providers: readonly ProviderConfig[]): Map<string, number> {
  const byOrigin = new Map<string, number>();
  for (const { baseUrl, timeouts } of providers) {
    const { origin } = new URL(baseUrl);
    if (timeouts.connectMs !== undefined) {
      byOrigin.set(origin, Math.max(timeouts.connectMs, byOrigin.get(origin) ?? 0));
    }
  }
  return byOrigin;
}

/** Sends a request. Of the caller's headers only the trace context goes with it. Rejects with undici's error when no answer comes. */
export async function callProvider(call: ProviderCall): Promise<ProviderAnswer> {
  const { provider, rendered, stream, traceparent } = call;
  const path = pathOf(provider, rendered.path);
  const body = Buffer.isBuffer(rendered.body) ? rendered.body : JSON.stringify(rendered.body);
  const contentType = rendered.contentType ?? provider.headers["content-type"] ?? JSON_TYPE;
  const answer = await call.agent.request({
    origin: provider.origin,
    path,
    method: "POST",
    headers: {
      accept: stream ? "text/event-stream" : JSON_TYPE,
      // A compressor between the provider and here would hold a stream's events back.
      "accept-encoding": stream ? "identity" : "gzip, br",
      ...rendered.headers,
      ...provider.headers,
      "content-type": contentType,
      ...(provider.signing === null ? {} : signRequest(provider.signing, { path, contentType, body })),
      ...(TRACEPARENT.test(traceparent) ? { traceparent } : {}),
    },
    body,
    signal: call.signal,
  });
  const { statusCode, headers } = answer;
  const header: HeaderReader = (name) => {
    const value = headers[name];
    // The blanks that may stand behind a value are no part of it (RFC 9110, section 5.5).
    return (Array.isArray(value) ? value[0] : value)?.trim();
  };
  return { status: statusCode, header, body: decoded(answer.body, header("content-encoding")) };
}

/** Both the base URL and the wire may have a query. */
function pathOf({ basePath, query }: Provider, path: string): string {
  if (query === "") return `${basePath}${path}`;
  return `${basePath}${path}${path.includes("?") ? "&" : "?"}${query}`;
}

/** Each flush of the provider's compressor is given out at once, and a body that is cut off gives what had come. */
function decoded(body: Readable, encoding: string | undefined): Readable {
  const decoder = decoderOf(encoding);
  // The reader of the decoder sees the error of either.
  return decoder === null ? body : pipeline(body, decoder, () => {});
}

function decoderOf(
  encoding: string | undefined,
): ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress> | null {
  const flush = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
  switch (encoding?.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip(flush);
    case "deflate":
      return createInflate(flush);
    case "br":
      return createBrotliDecompress({
        flush: constants.BROTLI_OPERATION_FLUSH,
        finishFlush: constants.BROTLI_OPERATION_FLUSH,
      });
    default:
      return null;
  }
}
