import { createGrpcClients, fromGrpcError, grpcMetadata } from "@signalbox/kit/grpc";
import type { SignalboxError } from "@signalbox/proto";
import { LedgerClient, type LedgerCheckpoint, type LedgerEntry } from "@signalbox/proto/grpc/ledger";
import { failure } from "../failure.ts";
import type { Leaf, SignedHead } from "./log-verifier.ts";

const CHECKPOINT_TIMEOUT_MS = 10_000;
/** A log of ten million leaves is read in less. */
const LEAVES_TIMEOUT_MS = 3_600_000;

type GrpcError = Parameters<typeof fromGrpcError>[0];

/**
 * Leaves below a checkpoint are committed, so one that does not come for so long, while the ledger answers, is not
 * there.
 */
const SILENCE_MAX_MS = 5_000;

/** Where a log is read from: its signed head, and the leaves below a size. */
export type LogSource = Disposable & {
  head(): Promise<SignedHead & { readonly size: number }>;
  /** Leaves in the order of their indexes; ends early where the ledger has none to show. */
  leaves(size: number): AsyncIterable<Leaf>;
};

/** The ledger's own gRPC, as the operator, who sees all tenants. */
export function ledgerSource(address: string, tokenFile: string, stop: AbortSignal): LogSource {
  const clients = createGrpcClients(LedgerClient);
  const client = clients.at(address);
  const metadata = grpcMetadata(tokenFile);
  async function head(): Promise<SignedHead & { size: number }> {
    const deadline = Date.now() + CHECKPOINT_TIMEOUT_MS;
    const checkpoint = await new Promise<LedgerCheckpoint>((resolve, reject) => {
      client.checkpoint({}, metadata, { deadline }, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(unreadable(address, error));
      });
    });
    return { size: Number(checkpoint.size), note: checkpoint.note, vkey: checkpoint.vkey };
  }
  return {
    head,
    async *leaves(size) {
      if (size === 0) return;
      const deadline = Date.now() + LEAVES_TIMEOUT_MS;
      const call = client.tail({ tenant: "", fromIndex: 0n, types: [] }, metadata, { deadline });
      const cancel = (): void => call.cancel();
      stop.addEventListener("abort", cancel);
      let silent = false;
      const silence = setTimeout(() => {
        silent = true;
        cancel();
      }, SILENCE_MAX_MS);
      try {
        // The stream follows the log for ever, so what lies above the checkpoint is not read.
        let read = 0;
        for await (const { index, leaf } of call as AsyncIterable<LedgerEntry>) {
          silence.refresh();
          yield { index: Number(index), bytes: leaf };
          read += 1;
          if (read === size) return;
        }
      } catch (error) {
        if (!silent) throw unreadable(address, error);
        await head();
      } finally {
        clearTimeout(silence);
        stop.removeEventListener("abort", cancel);
        cancel();
      }
    },
    [Symbol.dispose]: () => clients[Symbol.dispose](),
  };
}

/** Whatever the ledger's reason is, it says nothing about the log. */
function unreadable(address: string, error: unknown): SignalboxError {
  const { message } = fromGrpcError(error as GrpcError, "stage-unavailable");
  return failure(
    "stage-unavailable",
    `The ledger at ${address} cannot be read: ${message}`,
    "Look at the line with `npm run -s signalbox -- doctor`.",
  );
}
