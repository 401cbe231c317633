import { pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { HeaderReader } from "@signalbox/dialects";
import { Agent } from "undici";
import type { Config } from "./config.ts";
import type { Provider } from "./providers.ts";

/** The head of a provider's answer, and its body with any compression undone. */
export type ProviderAnswer = {
  readonly status: number;
  readonly header: HeaderReader;
  readonly body: Readable;
};

export type ProviderCall = {
  readonly agent: Agent;
  readonly provider: Provider;
  readonly body: string;
  readonly stream: boolean;
  readonly traceparent: string;
  /** Destroys the connection at once. */
  readonly signal: AbortSignal;
};

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** One pool of kept connections for each provider. Silence is watched by the attempt, so undici's own timers are off. */
export function createAgent(config: Pick<Config, "http" | "timeouts">): Agent {
  return new Agent({
    connections: config.http.connectionsMax,
    keepAliveTimeout: config.http.keepAliveMs,
    keepAliveMaxTimeout: config.http.keepAliveMs,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: config.timeouts.connectMs },
  });
}

/** Sends a request. Of the caller's headers only the trace context goes with it. Rejects with undici's error when no answer comes. */
export async function callProvider(call: ProviderCall): Promise<ProviderAnswer> {
  const { provider, stream, traceparent } = call;
  const answer = await call.agent.request({
    origin: provider.origin,
    path: provider.path,
    method: "POST",
    headers: {
      accept: stream ? "text/event-stream" : "application/json",
      // A compressor between the provider and here would hold a stream's events back.
      "accept-encoding": stream ? "identity" : "gzip, br",
      ...provider.headers,
      ...(TRACEPARENT.test(traceparent) ? { traceparent } : {}),
    },
    body: call.body,
    signal: call.signal,
  });
  const { statusCode, headers, body } = answer;
  const header: HeaderReader = (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status: statusCode, header, body: decoded(body, header("content-encoding")) };
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
  switch (encoding?.trim().toLowerCase()) {
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
