import type { handleUnaryCall } from "@grpc/grpc-js";
import { Digest, SignalboxError } from "@signalbox/proto";
import type { LedgerDocument, LedgerDocumentRequest } from "@signalbox/proto/grpc/ledger";
import type { ReadContext } from "./read-context.ts";
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
    const row = await db
      .selectFrom("document")
      .select(["kind", "media_type", "body"])
      .where("digest", "=", digest)
      .executeTakeFirst();
    if (row === undefined) throw new SignalboxError("not-found", "The register holds no such document.");
    return { kind: row.kind, mediaType: row.media_type, body: row.body };
  });
}
