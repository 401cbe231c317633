/** Asks for proofs in a thread of its own, so that what else the bench does is not counted as the ledger's time. */
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { Metadata } from "@grpc/grpc-js";
import { createGrpcClients } from "@signalbox/kit/grpc";
import { LedgerClient } from "@signalbox/proto/grpc/ledger";

/** Between two proofs, so that asking for them is no load to speak of. */
const PAUSE_MS = 5;

export type Asked = { readonly address: string; readonly token: string; readonly eventIds: readonly string[] };

const { address, token, eventIds } = workerData as Asked;
using clients = createGrpcClients(LedgerClient);
const client = clients.at(address);
const metadata = new Metadata();
metadata.set("authorization", `Bearer ${token}`);
const tookMs: number[] = [];
for (const eventId of eventIds) {
  const startedAtMs = performance.now();
  await new Promise<void>((resolve, reject) => {
    client.prove({ tenant: "", id: "", eventId }, metadata, (error) => (error === null ? resolve() : reject(error)));
  });
  tookMs.push(performance.now() - startedAtMs);
  await sleep(PAUSE_MS);
}
parentPort?.postMessage(tookMs, []);
