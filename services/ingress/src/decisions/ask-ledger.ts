import type { ServiceError } from "@grpc/grpc-js";
import { stageUnavailable } from "@signalbox/kit";
import { fromGrpcError } from "@signalbox/kit/grpc";
import type { SignalboxError } from "@signalbox/proto";

type Settle<Answer> = (error: ServiceError | null, answer: Answer) => void;

/** Makes one unary call to the ledger. Rejects with its typed error, or with `stage-unavailable` when it does not answer. */
export function askLedger<Answer>(
  timeoutMs: number,
  ask: (within: { deadline: number }, settle: Settle<Answer>) => unknown,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    ask({ deadline: Date.now() + timeoutMs }, (error, answer) => {
      if (error === null) resolve(answer);
      else reject(ledgerError(error));
    });
  });
}

/** The typed error in a failed call; `stage-unavailable` when it holds none. */
export function ledgerError(error: ServiceError): SignalboxError {
  const known = fromGrpcError(error, "stage-unavailable");
  return known.code === "stage-unavailable" ? stageUnavailable("audit-ledger") : known;
}
