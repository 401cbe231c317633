import type { ServiceError } from "@grpc/grpc-js";
import { stageUnavailable } from "@signalbox/kit";
import { fromGrpcError, type GrpcClients } from "@signalbox/kit/grpc";
import { ReplayJob, type ReplayWish, type SignalboxError } from "@signalbox/proto";
import type { LedgerClient, LedgerReplayJob } from "@signalbox/proto/grpc/ledger";
import { tenantScope, type LedgerCredentials } from "../decisions/tenant-scope.ts";
import type { Principal } from "../keys/key-ring.ts";

const TIMEOUT_MS = 10_000;

/** The ledger's replays, each call within what its principal may see. Methods reject with the ledger's typed error. */
export type ReplayClient = {
  start(reader: Principal, order: ReplayWish): Promise<ReplayJob>;
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
      return answered((settle) => ledger.startReplay(request, metadata, soon(), settle));
    },
    get(reader, id) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      return answered((settle) => ledger.getReplay({ tenant, id }, metadata, soon(), settle));
    },
    cancel(reader, id) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      return answered((settle) => ledger.cancelReplay({ tenant, id }, metadata, soon(), settle));
    },
  };
}

function soon(): { deadline: number } {
  return { deadline: Date.now() + TIMEOUT_MS };
}

type Settle = (error: ServiceError | null, answer: LedgerReplayJob) => void;

function answered(call: (settle: Settle) => unknown): Promise<ReplayJob> {
  return new Promise((resolve, reject) => {
    call((error, answer) => {
      if (error === null) resolve(ReplayJob.parse(JSON.parse(answer.jobJson)));
      else reject(typedError(error));
    });
  });
}

function typedError(error: ServiceError): SignalboxError {
  const known = fromGrpcError(error, "stage-unavailable");
  return known.code === "stage-unavailable" ? stageUnavailable("audit-ledger") : known;
}
