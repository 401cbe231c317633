import type { Metadata } from "@grpc/grpc-js";
import type { GrpcClients } from "@signalbox/kit/grpc";
import type { CacheClient, CachePiece } from "@signalbox/proto/grpc/cache";

const READ_TIMEOUT_MS = 5_000;
/** More than the cache ever keeps of one answer (`entryMaxBytes`, 64 MiB at the most). */
const ANSWER_MAX_BYTES = 68 * 1024 * 1024;

/** A cached answer's body, or null when it is gone or cannot be read: the request then goes on as on a miss. */
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
    // A failed call emits `end` too, after its error; the promise is settled by then.
    call.on("error", () => {
      resolve(null);
    });
    call.on("end", () => {
      resolve(Buffer.concat(pieces));
    });
  });
}
