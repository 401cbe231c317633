import type { ClientDuplexStream, Metadata, ServiceError } from "@grpc/grpc-js";
import { stageUnavailable } from "@signalbox/kit";
import { SignalboxError } from "@signalbox/proto";
import type {
  LedgerClient,
  LedgerProof,
  LedgerProofAnswer,
  LedgerProofQuestion,
  LedgerProveRequest,
} from "@signalbox/proto/grpc/ledger";
import { ledgerError } from "./ask-ledger.ts";

/** Asks for proofs over one open call for each credential; a call is opened when it is needed, and again after it was lost. */
type ProofCalls = Disposable & {
  /** Rejects with the ledger's typed error, or with `stage-unavailable` or `deadline-exceeded` when it does not answer. */
  prove(metadata: Metadata, request: LedgerProveRequest): Promise<LedgerProof>;
};

/** `timeoutMs` holds for each proof. */
export function openProofCalls(ledger: LedgerClient, timeoutMs: number): ProofCalls {
  const calls = new Map<Metadata, ProofCall>();
  function open(metadata: Metadata): ProofCall {
    const call = new ProofCall(ledger.proveMany(metadata), { timeoutMs, onOver: () => forget(call) });
    calls.set(metadata, call);
    return call;
    function forget(over: ProofCall): void {
      if (calls.get(metadata) === over) calls.delete(metadata);
    }
  }
  return {
    prove: (metadata, request) => (calls.get(metadata) ?? open(metadata)).ask(request),
    [Symbol.dispose]() {
      for (const call of calls.values()) call.end();
      calls.clear();
    },
  };
}

type Waiting = {
  readonly resolve: (proof: LedgerProof) => void;
  readonly reject: (error: SignalboxError) => void;
  readonly timer: NodeJS.Timeout;
};

type CallOptions = { readonly timeoutMs: number; readonly onOver: () => void };

class ProofCall {
  readonly #call: ClientDuplexStream<LedgerProofQuestion, LedgerProofAnswer>;
  readonly #timeoutMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(call: ClientDuplexStream<LedgerProofQuestion, LedgerProofAnswer>, options: CallOptions) {
    this.#call = call;
    this.#timeoutMs = options.timeoutMs;
    const over = (error: SignalboxError): void => {
      options.onOver();
      for (const id of this.#waiting.keys()) this.#settle(id)?.reject(error);
      call.end();
    };
    call.on("data", (answer: LedgerProofAnswer) => this.#take(answer));
    call.on("error", (error: ServiceError) => over(ledgerError(error)));
    call.on("end", () => over(stageUnavailable("audit-ledger")));
  }

  ask(request: LedgerProveRequest): Promise<LedgerProof> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#settle(id)?.reject(new SignalboxError("deadline-exceeded", "The call took too long."));
      }, this.#timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#call.write({ id, request });
    });
  }

  end(): void {
    this.#call.end();
  }

  #take({ id, result }: LedgerProofAnswer): void {
    const waiting = this.#settle(id);
    if (result?.$case === "proof") waiting?.resolve(result.value);
    else waiting?.reject(result === undefined ? stageUnavailable("audit-ledger") : readError(result.value));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }
}

function readError(json: Uint8Array): SignalboxError {
  try {
    return SignalboxError.fromJson(JSON.parse(Buffer.from(json).toString("utf8")));
  } catch {
    return stageUnavailable("audit-ledger");
  }
}
