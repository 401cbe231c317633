import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen, type ListeningServer } from "@signalbox/kit/listening-server";
import type { Witness } from "./witness.ts";

/** 63 hashes and a checkpoint with sixteen signatures of the largest kind, of 5 kB each, are less. */
const BODY_MAX_BYTES = 256 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 256;

export type WitnessServer = ListeningServer;

type WitnessServerOptions = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly witness: Witness;
  /** The witness's own, which it shows at /vkey. */
  readonly vkey: string;
  readonly onError: (error: unknown) => void;
};

/** Serves `POST /add-checkpoint`, and `GET /vkey` for whoever writes a policy. */
export async function startWitness(options: WitnessServerOptions): Promise<WitnessServer> {
  const timeouts = { headersTimeout: REQUEST_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS };
  const server = createServer(timeouts, (request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  return listen(server, options);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: WitnessServerOptions,
): Promise<void> {
  if (request.url === "/vkey" && request.method === "GET") {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(`${options.vkey}\n`);
    return;
  }
  if (request.url !== "/add-checkpoint") {
    response.writeHead(404).end();
    return;
  }
  if (request.method !== "POST") {
    response.writeHead(405, { allow: "POST" }).end();
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const { status, contentType, body: text } = await options.witness.addCheckpoint(body);
  response.writeHead(status, { "content-type": contentType }).end(text);
}

/** Null when it is larger than any request. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
