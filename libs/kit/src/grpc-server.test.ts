import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CacheService } from "@signalbox/proto/grpc/cache";
import { test } from "vitest";
import { startGrpcServer, type GrpcServer } from "./grpc-server.ts";

const SLOW_MS = 20_000;

/** One that knows ingress alone, and answers nobody. */
function start(): Promise<GrpcServer> {
  const callers = { ingress: `sha256:${createHash("sha256").update("ingress").digest("hex")}` };
  const implementation = { read: () => {}, store: () => {} };
  return startGrpcServer({ host: "127.0.0.1", port: 0, advertiseHost: null, callers }, [
    { definition: CacheService, implementation, only: null },
  ]);
}

/** Opens a call and leaves it open. */
function call(session: ClientHttp2Session, token: string): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": CacheService.store.path,
    "content-type": "application/grpc",
    authorization: `Bearer ${token}`,
  });
  return stream.on("error", () => {});
}

function openSession({ address }: GrpcServer): ClientHttp2Session {
  return connectHttp2(`http://${address}`).on("error", () => {});
}

async function strangers({ port }: GrpcServer, count: number): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () =>
    connect(port, "127.0.0.1")
      .on("error", () => {})
      .resume(),
  );
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  return sockets;
}

const openOf = (sockets: readonly Socket[]): number => sockets.filter((socket) => !socket.closed).length;

test.concurrent("B13 strangers have few connections at a time, and none of a known caller's", async ({ expect }) => {
  await using server = await start();
  const known = openSession(server);
  call(known, "ingress");
  await sleep(200);
  const many = await strangers(server, 400);
  await expect.poll(() => openOf(many), { timeout: 4_000 }).toBeLessThanOrEqual(256);
  expect(known.closed).toBe(false);
  const refused = call(openSession(server), "guess");
  const [told] = (await once(refused, "response")) as [Record<string, string>];
  expect(told["grpc-status"]).toBe("16");
});

test.concurrent(
  "B13 a connection on which nobody is known is closed, whatever is sent on it",
  { timeout: SLOW_MS },
  async ({ expect }) => {
    await using server = await start();
    const known = openSession(server);
    call(known, "ingress");
    const wrong = openSession(server);
    call(wrong, "guess");
    const silent = await strangers(server, 3);
    await expect.poll(() => wrong.closed && openOf(silent) === 0, { timeout: 8_000 }).toBe(true);
    expect(known.closed).toBe(false);
  },
);

test.concurrent("a stop waits for no stranger", async ({ expect }) => {
  const server = await start();
  const silent = await strangers(server, 3);
  const startedMs = performance.now();
  await server[Symbol.asyncDispose]();
  expect(performance.now() - startedMs).toBeLessThan(1_000);
  await expect.poll(() => openOf(silent)).toBe(0);
});

test.concurrent(
  "a stop gives a known caller's call its time, and then ends it",
  { timeout: SLOW_MS },
  async ({ expect }) => {
    const server = await start();
    const known = openSession(server);
    call(known, "ingress");
    await sleep(200);
    const startedMs = performance.now();
    await server[Symbol.asyncDispose]();
    const tookMs = performance.now() - startedMs;
    expect([tookMs > 4_500, tookMs < 7_000]).toEqual([true, true]);
  },
);
