import { existsSync } from "node:fs";
import { join } from "node:path";
import { createGrpcClients, fromGrpcError, grpcMetadata } from "@signalbox/kit/grpc";
import { LedgerClient, type LedgerDocument } from "@signalbox/proto/grpc/ledger";
import type { Connection } from "../connection.ts";
import { failure } from "../failure.ts";

const TIMEOUT_MS = 10_000;

/** Documents of the register by digest, read once each. */
export type DocumentSource = Disposable & { read(digest: string): Promise<unknown> };

/** From the ledger's own gRPC, as the operator. */
export function documentSource({ home, runtime }: Connection): DocumentSource {
  const address = runtime?.grpc?.ledger;
  const tokenFile = join(home, "keys", "grpc", "operator.token");
  if (address === undefined || !existsSync(tokenFile)) {
    throw failure(
      "stage-unavailable",
      `The ledger's address or the operator's token is not in ${home}.`,
      "Run this as the user who started the line, with its --home DIR.",
    );
  }
  const clients = createGrpcClients(LedgerClient);
  const client = clients.at(address);
  const metadata = grpcMetadata(tokenFile);
  const known = new Map<string, Promise<unknown>>();
  const fetchOne = (digest: string): Promise<unknown> =>
    new Promise<LedgerDocument>((resolve, reject) => {
      client.document({ digest }, metadata, { deadline: Date.now() + TIMEOUT_MS }, (error, answer) => {
        if (error === null) resolve(answer);
        else reject(fromGrpcError(error, "stage-unavailable"));
      });
    }).then(({ body }) => JSON.parse(body.toString("utf8")) as unknown);
  return {
    read(digest) {
      const reading = known.get(digest) ?? fetchOne(digest);
      known.set(digest, reading);
      return reading;
    },
    [Symbol.dispose]() {
      clients[Symbol.dispose]();
    },
  };
}
