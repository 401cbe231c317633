import type { Metadata } from "@grpc/grpc-js";
import type { GrpcClients } from "@signalbox/kit/grpc";
import type { CacheClient, CachePiece } from "@signalbox/proto/grpc/cache";

const READ_TIMEOUT_MS = 5_000;
/** No answer is kept that does not fit into one message of the store. */
const ANSWER_MAX_BYTES = 68 * 1024 * 1024;

/** The kept answer's body, or null when it is gone or cannot be read: the request then goes on as if there were none. */
export function readCached(
  caches: GrpcClients<CacheClient>,
  entry: { address: string; tenant: string; entryId: string },
  metadata: Metadata,
): Promise<Buffer | null> {
  const { tenant, entryId } = entry;
  const call = caches.at(entry.address).read({ tenant, entryId }, metadata, { deadline: Date.now() + READ_TIMEOUT_MS });
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    call.on("data", ({ body }: CachePiece) => {
      bytes += body.length;
      if (bytes > ANSWER_MAX_BYTES) call.cancel();
      else pieces.push(body);
    });
    // A call that fails ends as well, but its error comes first.
    call.on("error", () => {
      resolve(null);
    });
    call.on("end", () => {
      resolve(Buffer.concat(pieces));
    });
  });
}
