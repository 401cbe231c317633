import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Logger } from "@signalbox/kit";
import { knownCaller, type Callers } from "@signalbox/kit/grpc";
import { listen, type ListeningServer } from "@signalbox/kit/listening-server";
import { SignalboxError } from "@signalbox/proto";
import { acceptsGzip } from "./accepts-gzip.ts";
import { AUDITORS } from "./auditors.ts";
import { fileResponse } from "./file-response.ts";
import type { LogFiles } from "./log-files.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTIONS_MAX = 256;

const compress = promisify(gzip);

type FileServerOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly files: LogFiles;
  readonly callers: Callers;
  readonly log: Logger;
};

/**
 * Serves the register as a C2SP tlog-tiles log over plain HTTP: /checkpoint, /vkeys and hash tiles to everyone, entry
 * bundles to auditors by their bearer token.
 */
export async function startFileServer(options: FileServerOptions): Promise<ListeningServer> {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      answer(request, response, options).catch((error: unknown) => {
        options.log.error({ err: error }, "an answer could not be sent");
        response.destroy();
      });
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  return listen(server, options);
}

async function answer(request: IncomingMessage, response: ServerResponse, options: FileServerOptions): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  try {
    await send(request, response, options);
  } catch (error) {
    const known = SignalboxError.from(error);
    if (known.httpStatus >= 500)
      options.log.error({ err: known.cause ?? error }, "a file of the log could not be read");
    const challenge = known.httpStatus === 401 ? { "www-authenticate": "Bearer" } : {};
    const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...challenge };
    response.writeHead(known.httpStatus, headers).end(`${known.message}\n`);
  }
}

async function send(request: IncomingMessage, response: ServerResponse, options: FileServerOptions): Promise<void> {
  const path = (request.url ?? "/").slice(1);
  const requireAuditor = (): void => authenticateAuditor(request.headers.authorization, options.callers);
  const file = await fileResponse(options.files, { path, requireAuditor });
  const isCompressed = file.isCompressible && acceptsGzip(request.headers["accept-encoding"] ?? "");
  const body = isCompressed ? await compress(file.body) : Buffer.from(file.body);
  response.writeHead(200, {
    "content-type": file.contentType,
    "content-length": body.length,
    "cache-control": file.cacheControl,
    // What everyone may read, a page of any origin may read in a browser.
    ...(file.readers === "everyone" ? { "access-control-allow-origin": "*" } : {}),
    ...(file.readers === "auditors" ? { vary: "accept-encoding, authorization" } : {}),
    ...(isCompressed ? { "content-encoding": "gzip" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function authenticateAuditor(authorization: string | undefined, callers: Callers): void {
  if (AUDITORS.has(knownCaller(authorization, callers))) return;
  throw new SignalboxError("forbidden", "Entries of all tenants are shown to auditors alone.");
}
