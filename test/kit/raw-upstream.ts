import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One step of an answer in plain bytes. */
export type RawStep =
  /** As it is, in Latin-1 when it is a text. */
  string | Uint8Array | { readonly waitMs: number } | { readonly close: "half" | "reset" };

/** Our side of the connection is over. */
export const END: RawStep = { close: "half" };
/** All of the connection is over, at once. */
export const RESET: RawStep = { close: "reset" };

export type RawUpstream = AsyncDisposable & {
  readonly baseUrl: string;
  /** How many requests have come. */
  readonly received: number;
  /** Connections that stand now. */
  readonly connections: number;
  /** Answers the next request on any connection. */
  next(...steps: RawStep[]): void;
};

/** A provider below HTTP: it reads requests as it should, and answers with the bytes that it is given. */
export async function startRawUpstream(): Promise<RawUpstream> {
  const scripts: RawStep[][] = [];
  const open = new Set<Socket>();
  let received = 0;
  const take = (socket: Socket): void => {
    open.add(socket);
    socket.setNoDelay().setMaxListeners(0);
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    let seen = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      seen = Buffer.concat([seen, bytes]);
      for (let whole = lengthOf(seen); whole !== null && seen.length >= whole; whole = lengthOf(seen)) {
        seen = seen.subarray(whole);
        received += 1;
        void play(scripts.shift() ?? [RESET], socket);
      }
    });
  };
  const server = createServer(take);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    get received() {
      return received;
    },
    get connections() {
      return open.size;
    },
    next: (...steps) => void scripts.push(steps),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Of the first request among these bytes, as far as its head is there. */
function lengthOf(bytes: Buffer): number | null {
  const end = bytes.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const [, length = "0"] = /\r\ncontent-length: (\d+)/i.exec(bytes.toString("latin1", 0, end)) ?? [];
  return end + 4 + Number(length);
}

async function play(steps: readonly RawStep[], socket: Socket): Promise<void> {
  const gone = once(socket, "close").catch(() => {});
  for (const step of steps) {
    if (socket.destroyed) return;
    if (typeof step === "object" && "close" in step) {
      if (step.close === "half") socket.end();
      else socket.resetAndDestroy();
    } else if (typeof step === "object" && "waitMs" in step) await Promise.race([sleep(step.waitMs), gone]);
    else if (!socket.write(typeof step === "string" ? Buffer.from(step, "latin1") : step)) {
      await Promise.race([once(socket, "drain"), gone]);
    }
  }
}

/** A head as it goes over the wire. */
export function rawHead(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Said\r\n${lines.join("")}\r\n`;
}

/** A JSON answer with its length. */
export function rawJson(status: number, body: string | Uint8Array, headers: Record<string, string> = {}): RawStep[] {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const length = { "content-length": String(bytes.length) };
  return [rawHead(status, { "content-type": "application/json", ...length, ...headers }), bytes];
}

/** A stream that ends with its connection. */
export function rawStream(...pieces: RawStep[]): RawStep[] {
  return [rawHead(200, { "content-type": "text/event-stream", connection: "close" }), ...pieces, END];
}
