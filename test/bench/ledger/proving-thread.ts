/** Asks for proofs in a thread of its own, so that what else the bench does is not counted as the ledger's time. */
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { LedgerProofAnswer } from "@signalbox/proto/grpc/ledger";
import { openLedgerClient } from "./ledger-client.ts";

/** Between two questions, so that asking them is no load to speak of. */
const PAUSE_MS = 5;

export type Asked = {
  readonly address: string;
  readonly token: string;
  /** Where bytes come back from as they are. */
  readonly echoPort: number;
  /** Of each pair the first is proved over the open call, the second by a call of its own. */
  readonly eventIds: readonly (readonly [string, string])[];
};

/** Milliseconds, in the order in which they were asked. */
export type Took = { readonly open: number[]; readonly single: number[]; readonly echo: number[] };

const { address, token, echoPort, eventIds } = workerData as Asked;
using opened = openLedgerClient({ grpcAddress: address, token });
const { client, metadata } = opened;
const call = client.proveMany(metadata);
const socket = connect({ port: echoPort, host: "127.0.0.1", noDelay: true });
await once(socket, "connect");

const took: Took = { open: [], single: [], echo: [] };
// One kind after the other: what a call of its own leaves to be collected would be counted as the open call's time.
for (const [at, [eventId]] of eventIds.entries()) {
  took.open.push(await timed(() => overOpenCall(at, eventId)));
  took.echo.push(await timed(thereAndBack));
}
for (const [, eventId] of eventIds) took.single.push(await timed(() => byItself(eventId)));
call.end();
socket.destroy();
parentPort?.postMessage(took, []);

async function timed(ask: () => Promise<void>): Promise<number> {
  const startedAtMs = performance.now();
  await ask();
  const tookMs = performance.now() - startedAtMs;
  await sleep(PAUSE_MS);
  return tookMs;
}

function overOpenCall(id: number, eventId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    call.once("data", ({ id: answered, result }: LedgerProofAnswer) => {
      if (answered === id && result?.$case === "proof") resolve();
      else reject(new Error(`event ${eventId} was not proved`));
    });
    call.write({ id, request: { tenant: "", id: "", eventId } });
  });
}

function byItself(eventId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    client.prove({ tenant: "", id: "", eventId }, metadata, (error) => (error === null ? resolve() : reject(error)));
  });
}

function thereAndBack(): Promise<void> {
  return new Promise((resolve) => {
    socket.once("data", () => resolve());
    socket.write("x");
  });
}
