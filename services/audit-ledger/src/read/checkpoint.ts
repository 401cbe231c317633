import type { handleUnaryCall } from "@grpc/grpc-js";
import { SignalboxError } from "@signalbox/proto";
import type { LedgerCheckpoint, LedgerCheckpointRequest } from "@signalbox/proto/grpc/ledger";
import { newestCheckpoint } from "../checkpoint/newest-checkpoint.ts";
import type { ReadContext } from "./read-context.ts";
import { serveUnary } from "./serve-call.ts";

/** `Ledger.Checkpoint`: the newest signed one. */
export function createCheckpoint(context: ReadContext): handleUnaryCall<LedgerCheckpointRequest, LedgerCheckpoint> {
  return serveUnary(context.log, async () => {
    const row = await newestCheckpoint(context.db);
    if (row === undefined) throw new SignalboxError("not-found", "No checkpoint has been signed yet.");
    return { size: BigInt(row.size), root: row.root, note: row.note, vkey: context.keys.vkey };
  });
}
