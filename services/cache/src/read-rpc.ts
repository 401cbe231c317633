import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { handleServerStreamingCall } from "@grpc/grpc-js";
import { SignalboxError, Uuid } from "@signalbox/proto";
import type { CachePiece, CacheReadRequest } from "@signalbox/proto/grpc/cache";
import type { Logger } from "@signalbox/kit";
import { toGrpcError } from "@signalbox/kit/grpc";
import type { AnswerStore } from "./answer-store.ts";

const PIECE_MAX_BYTES = 256 * 1024;

type ReadCall = Parameters<handleServerStreamingCall<CacheReadRequest, CachePiece>>[0];

/** `Cache.Read`: ingress answers callers with what it reads. */
export function createRead(options: {
  answers: AnswerStore;
  log: Logger;
}): handleServerStreamingCall<CacheReadRequest, CachePiece> {
  const { answers, log } = options;

  async function read(call: ReadCall): Promise<void> {
    const { tenant, entryId } = call.request;
    const body = Uuid.safeParse(entryId).success ? await answers.read(tenant, entryId) : undefined;
    if (body === undefined) throw new SignalboxError("not-found", "The cached answer is gone.");
    // The type of the call leaves out that it is a Writable of Node.
    await pipeline(piecesOf(body), call as unknown as Writable);
  }

  return (call) => {
    read(call).catch((error: unknown) => {
      if (call.cancelled) return;
      if (!(error instanceof SignalboxError)) log.warn({ err: error }, "a cached answer could not be read");
      call.emit("error", toGrpcError(error));
    });
  };
}

function* piecesOf(body: Buffer): Generator<CachePiece> {
  for (let at = 0; at < body.length; at += PIECE_MAX_BYTES) yield { body: body.subarray(at, at + PIECE_MAX_BYTES) };
}
