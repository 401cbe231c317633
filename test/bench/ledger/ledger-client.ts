import { Metadata } from "@grpc/grpc-js";
import { createGrpcClients } from "@signalbox/kit/grpc";
import { LedgerClient } from "@signalbox/proto/grpc/ledger";
import type { BenchLedger } from "./bench-ledger.ts";

/** A client of the ledger's, with what names its caller. */
type OpenLedgerClient = Disposable & { readonly client: LedgerClient; readonly metadata: Metadata };

/** Opens a client as the operator, who reads all tenants. */
export function openLedgerClient({ grpcAddress, token }: Pick<BenchLedger, "grpcAddress" | "token">): OpenLedgerClient {
  const clients = createGrpcClients(LedgerClient);
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  return { client: clients.at(grpcAddress), metadata, [Symbol.dispose]: () => clients[Symbol.dispose]() };
}
