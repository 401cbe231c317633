import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { status, type sendUnaryData, type ServerReadableStream, type ServerWritableStream } from "@grpc/grpc-js";
import { CacheService, type CacheStoreRequest, type CacheStoreResponse } from "@signalbox/proto/grpc/cache";
import { DispatcherService, type DispatchFrame, type DispatchRequest } from "@signalbox/proto/grpc/dispatcher";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { callerOf } from "./grpc-callers.ts";
import { startGrpcServer, type GrpcServer } from "./grpc-server.ts";

const MIB = 1024 * 1024;

let server: GrpcServer;
let session: ClientHttp2Session;
let seen: string[] = [];

function dispatch(call: ServerWritableStream<DispatchRequest, DispatchFrame>): void {
  seen.push(callerOf(call.metadata), ...call.metadata.get("authorization").map(String));
  call.end();
}

function store(
  call: ServerReadableStream<CacheStoreRequest, CacheStoreResponse>,
  callback: sendUnaryData<CacheStoreResponse>,
): void {
  seen.push(callerOf(call.metadata));
  call.resume().on("end", () => {
    callback(null, { stored: false, entryId: "" });
  });
}

beforeAll(async () => {
  const callers = { ingress: digestOf("ingress"), policy: digestOf("policy") };
  server = await startGrpcServer({ host: "127.0.0.1", port: 0, advertiseHost: null, callers }, [
    { definition: DispatcherService, implementation: { dispatch, exchange: () => {} }, only: { dispatch: "ingress" } },
    { definition: CacheService, implementation: { read: () => {}, store }, only: null },
  ]);
  session = connect(`http://${server.address}`);
});
afterAll(async () => {
  session.destroy();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => {
  seen = [];
});

/** What a caller is told that has sent its metadata and no byte of a message. */
async function toldBeforeItSends(path: string, headers: Record<string, string>): Promise<number> {
  const stream = open(path, headers);
  const [told] = (await once(stream, "response", { signal: AbortSignal.timeout(2_000) })) as [Record<string, string>];
  stream.close();
  return Number(told["grpc-status"]);
}

test.each([
  ["a stranger", CacheService.store.path, {}, status.UNAUTHENTICATED],
  ["a wrong token", CacheService.store.path, { authorization: "Bearer guess" }, status.UNAUTHENTICATED],
  ["another scheme", CacheService.read.path, { authorization: "Basic ingress" }, status.UNAUTHENTICATED],
  ["a name without its token", CacheService.read.path, { "signalbox-caller": "ingress" }, status.UNAUTHENTICATED],
  ["a stranger to one of one caller", DispatcherService.exchange.path, {}, status.UNAUTHENTICATED],
  ["another service", DispatcherService.dispatch.path, { authorization: "Bearer policy" }, status.PERMISSION_DENIED],
  [
    "anyone, where nobody was named,",
    DispatcherService.exchange.path,
    { authorization: "Bearer ingress" },
    status.PERMISSION_DENIED,
  ],
])("B15 %s is refused before any message is read, and no handler sees the call", async (...[, path, headers, code]) => {
  expect(await toldBeforeItSends(path, headers)).toBe(code);
  expect(seen).toEqual([]);
});

test("a handler knows who calls, whatever the caller says of itself, and never sees its token", async () => {
  const headers = { authorization: "Bearer ingress", "signalbox-caller": "operator" };
  const stream = open(DispatcherService.dispatch.path, headers);
  // An empty message as gRPC frames it.
  stream.end(Buffer.alloc(5));
  const [told] = (await once(stream, "response")) as [Record<string, string>];
  stream.resume();
  expect([told["grpc-status"] ?? "0", seen]).toEqual(["0", ["ingress"]]);
});

test("B13 what refused callers send all the same is not kept", async () => {
  const before = process.memoryUsage().arrayBuffers;
  const piece = Buffer.alloc(MIB);
  const announced = Buffer.alloc(5);
  announced.writeUInt32BE(60 * MIB, 1);
  const send = async (): Promise<void> => {
    const stream = open(CacheService.store.path, {});
    stream.write(announced);
    // All but the end of the message: what is kept of it would be kept until the call ends.
    for (let sent = 0; sent < 59; sent += 1) if (!stream.write(piece)) await once(stream, "drain");
  };
  await Promise.all(Array.from({ length: 8 }, send));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * MIB);
  expect(seen).toEqual([]);
});

test("one connection has only so many calls open", async () => {
  if (session.remoteSettings?.maxConcurrentStreams === undefined) await once(session, "remoteSettings");
  expect(session.remoteSettings.maxConcurrentStreams).toBe(4_096);
});

function open(path: string, headers: Record<string, string>): ClientHttp2Stream {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  stream.on("error", () => {});
  return stream;
}

function digestOf(token: string): string {
  return `sha256:${createHash("sha256").update(token).digest("hex")}`;
}
