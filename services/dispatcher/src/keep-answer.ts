import type { Metadata } from "@grpc/grpc-js";
import type { Logger } from "@signalbox/kit";
import type { GrpcClients } from "@signalbox/kit/grpc";
import { type DispatchOrder, CACHE_NOTE, type CacheNote } from "@signalbox/proto";
import type { CacheClient } from "@signalbox/proto/grpc/cache";
import type { Ending } from "./execute.ts";

const PIECE_MAX_BYTES = 256 * 1024;
const STORE_TIMEOUT_MS = 10_000;

/** Hands a complete answer to the cache. Nobody waits for it: an answer that is not kept is only asked for again. */
export function createKeeper(options: {
  clients: GrpcClients<CacheClient>;
  metadata: Metadata;
  log: Logger;
}): (order: DispatchOrder, ending: Ending & { kind: "completed" }) => void {
  const { clients, metadata, log } = options;
  return (order, { answer, endpoint }) => {
    const { store } = order;
    const whole = store === null ? null : answer.whole();
    if (store === null || whole === null) return;
    const body = Buffer.from(JSON.stringify({ ...whole, ...noteOf(order) }), "utf8");
    const deadline = Date.now() + STORE_TIMEOUT_MS;
    const call = clients.at(store.address).store(metadata, { deadline }, (error) => {
      if (error !== null) log.warn({ code: error.code }, "an answer could not be kept");
    });
    const header = {
      tenant: order.tenant,
      key: store.key,
      endpoint: endpoint.endpoint,
      dialect: order.dialect,
      ttlSeconds: store.ttlSeconds,
      usageJson: JSON.stringify(answer.usage),
      bodyBytes: body.length,
      requestId: order.requestId,
    };
    call.write({ part: { $case: "header", value: header } });
    for (let at = 0; at < body.length; at += PIECE_MAX_BYTES) {
      call.write({ part: { $case: "body", value: body.subarray(at, at + PIECE_MAX_BYTES) } });
    }
    call.end();
  };
}

function noteOf({ redact }: DispatchOrder): { readonly [CACHE_NOTE]?: CacheNote } {
  return redact === undefined ? {} : { [CACHE_NOTE]: { ordered: redact } };
}
