import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "@signalbox/kit/listening-server";

/** One step of a scripted answer. */
export type Step =
  /** Bytes as they are; an object is sent as one SSE event with its JSON. */
  | { readonly send: string | Uint8Array | object }
  | { readonly waitMs: number }
  /** Waits until the test resolves it, or until the client is gone. */
  | { readonly until: Promise<unknown> }
  /** reset: the socket is destroyed. half-close: our side of the connection ends, in the middle of the body. */
  | { readonly drop: "reset" | "half-close" };

/** How one request is answered. */
export type Script = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What happens before the head is sent. */
  readonly before?: readonly Step[];
  readonly steps: readonly Step[];
  /** Sends every body in pieces of this many bytes. */
  readonly splitBytes?: number;
};

/** A request as the provider saw it. */
export type ReceivedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
  readonly text: string;
  /** Empty for what is no JSON. */
  readonly body: Record<string, unknown>;
  /** Which connection it came on, counted from 1. */
  readonly connection: number;
  readonly atMs: number;
  /** When the client gave the answer up before it was complete; null while that has not happened. */
  abortedAtMs: number | null;
  /** Resolves when the exchange is over, however it ended. */
  readonly closed: Promise<void>;
};

export type Upstream = AsyncDisposable & {
  readonly port: number;
  /** As a provider's config has it. */
  readonly baseUrl: string;
  readonly received: ReceivedRequest[];
  /** Answers the next requests, in this order. */
  next(...scripts: Script[]): void;
  /** Answers every request that has no script of its own. */
  always(script: Script | ((request: ReceivedRequest) => Script)): void;
  /** Resolves when `count` requests have come. */
  arrived(count: number): Promise<void>;
  /** Connections that stand now, busy or kept for the next request. */
  openConnections(): number;
};

/** A provider that does exactly what it is told, frame by frame, over real sockets. */
export async function startUpstream(): Promise<Upstream> {
  const received: ReceivedRequest[] = [];
  const queue: Script[] = [];
  const arrivals = new Set<() => void>();
  const connections = new WeakMap<object, number>();
  let connectionCount = 0;
  let openConnections = 0;
  let fallback: Script | ((request: ReceivedRequest) => Script) = whole("Hello");

  const server = createServer((request, response) => {
    void answer(request, response);
  });
  server.on("connection", (socket) => {
    connectionCount += 1;
    connections.set(socket, connectionCount);
    openConnections += 1;
    socket.on("close", () => {
      openConnections -= 1;
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await read(request, response, connections.get(request.socket) ?? 0);
    received.push(seen);
    for (const check of arrivals) check();
    const script = queue.shift() ?? (typeof fallback === "function" ? fallback(seen) : fallback);
    await play(script, response);
  }

  const listening = await listen(server, { port: 0, host: "127.0.0.1" });
  return {
    ...listening,
    baseUrl: `http://127.0.0.1:${listening.port}/v1`,
    received,
    next: (...scripts) => void queue.push(...scripts),
    always: (script) => {
      fallback = script;
    },
    arrived: (count) => waitFor(arrivals, () => received.length >= count),
    openConnections: () => openConnections,
  };
}

function waitFor(checks: Set<() => void>, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (!holds()) return;
      checks.delete(check);
      resolve();
    };
    checks.add(check);
    check();
  });
}

async function read(request: IncomingMessage, response: ServerResponse, connection: number): Promise<ReceivedRequest> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const bytes = Buffer.concat(pieces);
  const text = bytes.toString("utf8");
  const isForm = request.headers["content-type"]?.startsWith("multipart/") === true;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const seen: ReceivedRequest = {
    method: request.method ?? "",
    path: request.url ?? "",
    headers: request.headers,
    bytes,
    text,
    body: text === "" || isForm ? {} : (JSON.parse(text) as Record<string, unknown>),
    connection,
    atMs: Date.now(),
    abortedAtMs: null,
    closed,
  };
  response.on("close", () => {
    if (!response.writableFinished) seen.abortedAtMs = Date.now();
    resolve();
  });
  return seen;
}

async function play(script: Script, response: ServerResponse): Promise<void> {
  response.on("error", () => {});
  const gone = once(response, "close");
  const isOver = (): boolean => response.closed || response.destroyed || response.socket === null;
  for (const step of script.before ?? []) if (!isOver()) await take(step, { response, script, gone });
  if (isOver()) return;
  response.writeHead(script.status ?? 200, { "content-type": "text/event-stream", ...script.headers });
  response.flushHeaders();
  for (const step of script.steps) if (!isOver()) await take(step, { response, script, gone });
  if (!isOver()) response.end();
}

type Stage = { response: ServerResponse; script: Script; gone: Promise<unknown> };

async function take(step: Step, { response, script, gone }: Stage): Promise<void> {
  if ("waitMs" in step) await Promise.race([sleep(step.waitMs), gone]);
  else if ("until" in step) await Promise.race([step.until, gone]);
  else if ("drop" in step) {
    if (step.drop === "reset") response.socket?.resetAndDestroy();
    else response.socket?.end();
    await gone;
  } else await send(bytesOf(step.send), { response, script, gone });
}

async function send(bytes: Uint8Array, { response, script, gone }: Stage): Promise<void> {
  const size = script.splitBytes ?? bytes.length;
  for (let from = 0; from < bytes.length && !response.destroyed; from += size) {
    const flushed = new Promise<void>((resolve) => {
      response.write(bytes.subarray(from, from + size), () => resolve());
    });
    await Promise.race([flushed, gone]);
    // Pieces of one event must leave as packets of their own.
    if (size < bytes.length) await new Promise(setImmediate);
  }
}

function bytesOf(value: string | Uint8Array | object): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return Buffer.from(typeof value === "string" ? value : `data: ${JSON.stringify(value)}\n\n`);
}

const HEAD = { id: "chatcmpl-upstream", created: 1_700_000_000, model: "upstream-model" };
export const USAGE = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
export const DONE: Step = { send: "data: [DONE]\n\n" };

/** One chunk of one choice. */
export function delta(piece: object, finish: string | null = null, extra: object = {}): Step {
  const choices = [{ index: 0, delta: piece, finish_reason: finish, logprobs: null }];
  return { send: { ...HEAD, object: "chat.completion.chunk", choices, ...extra } };
}

/** The chunk that a provider ends a stream with when usage was asked for. */
export function usageChunk(usage: object = USAGE): Step {
  return { send: { ...HEAD, object: "chat.completion.chunk", choices: [], usage } };
}

/** A stream that says these pieces and ends as it should. */
export function streamed(...pieces: string[]): Script {
  const content = pieces.map((piece) => delta({ content: piece }));
  return { steps: [delta({ role: "assistant", content: "" }), ...content, delta({}, "stop"), usageChunk(), DONE] };
}

/** A whole answer. */
export function whole(text: string, extra: object = {}): Script {
  const message = { role: "assistant", content: text };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return json(200, { ...HEAD, object: "chat.completion", choices, usage: USAGE, ...extra });
}

/** A JSON answer with any status. */
export function json(status: number, body: object, headers: Record<string, string> = {}): Script {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    steps: [{ send: JSON.stringify(body) }],
  };
}

/** An error as providers of this dialect send it. */
export function failure(status: number, headers: Record<string, string> = {}): Script {
  return json(status, { error: { message: `scripted ${status}`, type: "scripted", code: null } }, headers);
}

/** The connection is reset before any answer. */
export const RESET: Script = { before: [{ drop: "reset" }], steps: [] };
