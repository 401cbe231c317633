import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeComment, encodeData, ingressOf, type JsonObject, type NeutralRequest } from "@signalbox/dialects";
import { listen } from "@signalbox/kit/listening-server";
import { SignalboxError } from "@signalbox/proto";
import { simulatorProvider } from "../catalogue/simulator-models.ts";
import { simulateEmbeddings } from "./simulated-embeddings.ts";
import { simulateBody, simulateChunks } from "./simulated-body.ts";
import { failureOfModel, parseFailure, type SimulatedFailure } from "./simulated-failure.ts";

type SimulatorOptions = {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
  /** Before the first byte of an answer. */
  readonly firstChunkMs?: number;
  /** Between two chunks of a stream. */
  readonly chunkEveryMs?: number;
  /** How every request fails, e.g. `fail-500` or `cut` (simulated-failure.ts); null: as the model's name or the header `x-simulator-fail` says. */
  readonly fail?: string | null;
};

export type Simulator = AsyncDisposable & {
  readonly port: number;
  /** As a provider's config has it. */
  readonly baseUrl: string;
};

type Pace = { readonly firstChunkMs: number; readonly chunkEveryMs: number };

const BODY_MAX_BYTES = 64 * 1024 * 1024;
const CHUNKS_BEFORE_FAILURE = 4;

/** Starts a provider that calls no model: a real HTTP server that speaks OpenAI's chat format and says so in every answer. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const pace = { firstChunkMs: options.firstChunkMs ?? 20, chunkEveryMs: options.chunkEveryMs ?? 10 };
  const server = createServer((request, response) => {
    response.setHeader("x-simulator", "true");
    void respond(request, response, { pace, fail: options.fail ?? null });
  });
  const host = options.host ?? "127.0.0.1";
  const listening = await listen(server, { port: options.port, host });
  return { ...listening, baseUrl: `http://${host}:${listening.port}/v1` };
}

type Manner = { readonly pace: Pace; readonly fail: string | null };

async function respond(request: IncomingMessage, response: ServerResponse, manner: Manner): Promise<void> {
  try {
    await route(request, response, manner);
  } catch (error) {
    const known = SignalboxError.from(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, known.httpStatus, ingressOf("openai-chat").renderError(known).body);
  }
}

async function route(request: IncomingMessage, response: ServerResponse, manner: Manner): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://simulator");
  if (request.method === "GET" && pathname === "/v1/models") return sendJson(response, 200, modelList());
  if (request.method === "POST" && pathname === "/v1/embeddings") return respondVectors(request, response, manner);
  if (request.method !== "POST" || pathname !== "/v1/chat/completions") {
    throw new SignalboxError(
      "not-found",
      "The simulator knows POST /v1/chat/completions, POST /v1/embeddings and GET /v1/models.",
    );
  }
  const chat = ingressOf("openai-chat").parseRequest(await readJson(request));
  const failure = failureOf(chat.model, request, manner);
  if (failure?.kind === "status") return sendStatus(response, failure.status);
  if (failure?.kind === "stall") return;
  await sleep(manner.pace.firstChunkMs);
  const mark = { id: `chatcmpl-sim-${randomUUID()}`, createdAtS: Math.floor(Date.now() / 1000) };
  if (chat.stream) await sendStream(response, simulateChunks(chat, mark), { pace: manner.pace, failure });
  else sendWhole(response, { chat, mark, failure });
}

/** A whole answer or, where a failure is asked for, none: vectors have no words to break off after. */
async function respondVectors(request: IncomingMessage, response: ServerResponse, manner: Manner): Promise<void> {
  const body = simulateEmbeddings(await readJson(request));
  const failure = failureOf(String(body["model"]), request, manner);
  if (failure?.kind === "status") return sendStatus(response, failure.status);
  if (failure?.kind === "cut") return void response.destroy();
  if (failure !== null) return;
  await sleep(manner.pace.firstChunkMs);
  sendJson(response, 200, body);
}

function failureOf(model: string, request: IncomingMessage, manner: Manner): SimulatedFailure | null {
  const header = request.headers["x-simulator-fail"];
  const requested = manner.fail ?? (typeof header === "string" ? header : null);
  return requested === null ? failureOfModel(model) : parseFailure(requested);
}

function sendWhole(
  response: ServerResponse,
  answer: { chat: NeutralRequest; mark: { id: string; createdAtS: number }; failure: SimulatedFailure | null },
): void {
  const text = JSON.stringify(simulateBody(answer.chat, answer.mark));
  if (answer.failure === null) return sendText(response, 200, text);
  if (answer.failure.kind === "error-frame") return sendJson(response, 200, simulatedError(500));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.write(text.slice(0, 20), () => {
    if (answer.failure?.kind === "cut") response.destroy();
  });
}

async function sendStream(
  response: ServerResponse,
  chunks: readonly JsonObject[],
  manner: { pace: Pace; failure: SimulatedFailure | null },
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  for (const [index, chunk] of chunks.entries()) {
    if (response.destroyed) return;
    if (manner.failure !== null && index === CHUNKS_BEFORE_FAILURE) return breakStream(response, manner.failure);
    if (index > 0 && manner.pace.chunkEveryMs > 0) await sleep(manner.pace.chunkEveryMs);
    // A slow reader slows the stream down, as it does a real provider's.
    if (!response.write(encodeData(JSON.stringify(chunk))))
      await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end(encodeData("[DONE]"));
}

function breakStream(response: ServerResponse, failure: SimulatedFailure): void {
  // The comment is written so that what came before it has left when the connection is cut.
  if (failure.kind === "cut") response.write(encodeComment("cut"), () => response.destroy());
  else if (failure.kind === "error-frame") response.end(encodeData(JSON.stringify(simulatedError(500))));
}

function sendStatus(response: ServerResponse, status: number): void {
  if (status === 429 || status === 503) response.setHeader("retry-after", "1");
  sendJson(response, status, simulatedError(status));
}

function simulatedError(status: number): JsonObject {
  return {
    error: {
      message: `The simulator was asked to fail with ${status}.`,
      type: "simulated",
      param: null,
      code: `simulated_${status}`,
    },
  };
}

function modelList(): JsonObject {
  const data = simulatorProvider("").models.map(({ id }) => ({
    id,
    object: "model",
    created: 0,
    owned_by: "signalbox-simulator",
  }));
  return { object: "list", data };
}

function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  sendText(response, status, JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes > BODY_MAX_BYTES) throw new SignalboxError("body-too-large", "The body is larger than 64 MiB.");
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8")) as unknown;
  } catch {
    throw new SignalboxError("invalid-request", "The body is not JSON.");
  }
}
