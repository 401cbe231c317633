import type { ClientReadableStream, ServiceError } from "@grpc/grpc-js";
import type { GrpcClients } from "@signalbox/kit/grpc";
import { SignalboxError } from "@signalbox/proto";
import type {
  LedgerClient,
  LedgerDocument,
  LedgerEntry,
  LedgerQueryRequest,
  LedgerQueryResponse,
  LedgerRecord,
  LedgerReplayResult,
  LedgerTailRequest,
} from "@signalbox/proto/grpc/ledger";
import type { Principal } from "../keys/key-ring.ts";
import { askLedger, ledgerError } from "./ask-ledger.ts";
import { onceCommitted } from "./once-committed.ts";
import { openProofCalls } from "./proof-calls.ts";
import { tenantScope, type LedgerCredentials } from "./tenant-scope.ts";

const READ_TIMEOUT_MS = 10_000;
const REPLAY_TIMEOUT_MS = 30_000;

/**
 * Reads the register; each call sees what its principal may see. Methods reject with the ledger's typed error, or with
 * `stage-unavailable` when it does not answer.
 */
export type LedgerReader = {
  /** A decision or a request by its id; like `receipt` it waits up to two seconds for one that was just made. */
  get(reader: Principal, id: string): Promise<LedgerRecord>;
  /** A page of decisions. An empty tenant asks for all that the reader may see; a name narrows that. */
  query(reader: Principal, request: LedgerQueryRequest): Promise<LedgerQueryResponse>;
  /** The text of a `.tlog-proof` of a decision and its outcome, by the decision's or the request's id. */
  receipt(reader: Principal, id: string): Promise<string>;
  /** A document that decisions name; documents hold no tenant's data. */
  document(reader: Principal, digest: string): Promise<LedgerDocument>;
  replay(reader: Principal, decisionId: string): Promise<LedgerReplayResult>;
  /** Follows the log until the caller cancels the call; the tenant is as in a query. */
  tail(reader: Principal, request: LedgerTailRequest): ClientReadableStream<LedgerEntry>;
};

export function createLedgerReader(
  clients: GrpcClients<LedgerClient>,
  address: string,
  credentials: LedgerCredentials,
): LedgerReader & Disposable {
  const ledger = clients.at(address);
  const proofs = openProofCalls(ledger, READ_TIMEOUT_MS);
  return {
    get(reader, id) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      return onceCommitted(id, () =>
        askLedger(READ_TIMEOUT_MS, (within, settle) => ledger.get({ tenant, id }, metadata, within, settle)),
      );
    },
    query(reader, request) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      const asked = { ...request, tenant: tenant || request.tenant };
      return askLedger(READ_TIMEOUT_MS, (within, settle) => ledger.query(asked, metadata, within, settle));
    },
    async receipt(reader, id) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      const { proof } = await onceCommitted(id, () => proofs.prove(metadata, { tenant, id, eventId: "" }));
      return proof;
    },
    document(reader, digest) {
      const { metadata } = tenantScope(reader, credentials);
      return askLedger(READ_TIMEOUT_MS, (within, settle) => ledger.document({ digest }, metadata, within, settle));
    },
    replay(reader, decisionId) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      const request = { tenant, decisionId, fromIndex: 0n, toIndex: 0n };
      const call = ledger.replay(request, metadata, { deadline: Date.now() + REPLAY_TIMEOUT_MS });
      return new Promise((resolve, reject) => {
        call.on("data", resolve);
        call.on("error", (error: ServiceError) => {
          reject(ledgerError(error));
        });
        call.on("end", () => {
          reject(new SignalboxError("not-found", "The register holds no such decision."));
        });
      });
    },
    tail(reader, request) {
      const { tenant, metadata } = tenantScope(reader, credentials);
      return ledger.tail({ ...request, tenant: tenant || request.tenant }, metadata);
    },
    [Symbol.dispose]() {
      proofs[Symbol.dispose]();
    },
  };
}
