import type { handleClientStreamingCall, sendUnaryData } from "@grpc/grpc-js";
import { SignalboxError } from "@signalbox/proto";
import type { CacheStoreRequest, CacheStoreResponse } from "@signalbox/proto/grpc/cache";
import type { Logger } from "@signalbox/kit";
import { toGrpcError } from "@signalbox/kit/grpc";
import type { AnswerStore } from "./answer-store.ts";
import { createReceiver } from "./receive-answer.ts";

/** An answer is handed over when it is complete, so its transfer takes no longer than the network does. */
const STORE_LIMIT_MS = 30_000;
const IN_FLIGHT_MAX_BYTES = 64 * 1024 * 1024;

type StoreCall = Parameters<handleClientStreamingCall<CacheStoreRequest, CacheStoreResponse>>[0];

/** `Cache.Store`: the dispatcher hands over an answer. Nothing is kept of a call that breaks off. */
export function createStore(options: {
  answers: AnswerStore;
  entryMaxBytes: number;
  log: Logger;
}): handleClientStreamingCall<CacheStoreRequest, CacheStoreResponse> {
  const { answers, entryMaxBytes, log } = options;
  const receive = createReceiver({ entryMaxBytes, inFlightMaxBytes: IN_FLIGHT_MAX_BYTES });

  async function store(call: StoreCall): Promise<CacheStoreResponse> {
    const limit = setTimeout(() => {
      call.destroy(new SignalboxError("deadline-exceeded", "The answer took too long to come."));
    }, STORE_LIMIT_MS);
    const answer = await receive(call).finally(() => {
      clearTimeout(limit);
    });
    const entryId = answer === "too-large" || call.cancelled ? undefined : await answers.keep(answer, Date.now());
    return entryId === undefined ? { stored: false, entryId: "" } : { stored: true, entryId };
  }

  async function respond(call: StoreCall, callback: sendUnaryData<CacheStoreResponse>): Promise<void> {
    let response: CacheStoreResponse;
    try {
      response = await store(call);
    } catch (error) {
      if (call.cancelled) return;
      if (!(error instanceof SignalboxError)) log.warn({ err: error }, "an answer could not be kept");
      callback(toGrpcError(error));
      return;
    }
    callback(null, response);
  }

  return (call, callback) => void respond(call, callback);
}
