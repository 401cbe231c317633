import type { GrpcClients } from "@signalbox/kit/grpc";
import { ReplayJob, type ReplayRequest } from "@signalbox/proto";
import type { LedgerClient, LedgerReplayJob } from "@signalbox/proto/grpc/ledger";
import { askLedger } from "../decisions/ask-ledger.ts";
import { tenantScope, type LedgerCredentials } from "../decisions/tenant-scope.ts";
import type { Principal } from "../keys/key-ring.ts";

const TIMEOUT_MS = 10_000;

/** The ledger's replays, each call within what its principal may see. Methods reject with the ledger's typed error. */
export type ReplayClient = {
  start(reader: Principal, order: ReplayRequest): Promise<ReplayJob>;
  get(reader: Principal, id: string): Promise<ReplayJob>;
  cancel(reader: Principal, id: string): Promise<ReplayJob>;
};

export function createReplayClient(
  clients: GrpcClients<LedgerClient>,
  address: string,
  credentials: LedgerCredentials,
): ReplayClient {
  const ledger = clients.at(address);
  return {
    start(reader, order) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      const request = { tenant, orderJson: JSON.stringify(order) };
      return askJob((within, settle) => ledger.startReplay(request, metadata, within, settle));
    },
    get(reader, id) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      return askJob((within, settle) => ledger.getReplay({ tenant, id }, metadata, within, settle));
    },
    cancel(reader, id) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      return askJob((within, settle) => ledger.cancelReplay({ tenant, id }, metadata, within, settle));
    },
  };
}

async function askJob(ask: Parameters<typeof askLedger<LedgerReplayJob>>[1]): Promise<ReplayJob> {
  const { jobJson } = await askLedger(TIMEOUT_MS, ask);
  return ReplayJob.parse(JSON.parse(jobJson));
}
