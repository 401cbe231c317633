import type { handleUnaryCall } from "@grpc/grpc-js";
import { Digest, SignalboxError } from "@signalbox/proto";
import type { LedgerDocument, LedgerDocumentRequest } from "@signalbox/proto/grpc/ledger";
import type { ReadContext } from "./read-context.ts";
import { readDocument } from "./read-document.ts";
import { serveUnary } from "./serve-call.ts";

/** `Ledger.Document`: a document that decisions name. Documents hold no tenant's data. */
export function createDocument({ db, log }: ReadContext): handleUnaryCall<LedgerDocumentRequest, LedgerDocument> {
  return serveUnary(log, async (call) => {
    const { digest } = call.request;
    if (!Digest.safeParse(digest).success) {
      throw new SignalboxError("invalid-request", "A digest is sha256: and 64 hex digits.", {
        details: { param: "digest" },
      });
    }
    return readDocument(db, digest);
  });
}
