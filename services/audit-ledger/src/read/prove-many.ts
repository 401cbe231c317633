import type { handleBidiStreamingCall, ServerDuplexStream } from "@grpc/grpc-js";
import { callerOf } from "@signalbox/kit/grpc";
import { SignalboxError } from "@signalbox/proto";
import type { LedgerProofAnswer, LedgerProofQuestion } from "@signalbox/proto/grpc/ledger";
import { prove } from "./prove.ts";
import type { ReadContext } from "./read-context.ts";
import { scopeFor } from "./scope.ts";
import { logDefect } from "./serve-call.ts";

/** Of one call at a time; more would only wait for the database's connections. */
const UNDER_WAY_MAX = 16;

/** `Ledger.ProveMany`, and the end of all its calls: they never end by themselves. */
export type ProveMany = {
  readonly proveMany: handleBidiStreamingCall<LedgerProofQuestion, LedgerProofAnswer>;
  endAll: () => void;
};

type Call = ServerDuplexStream<LedgerProofQuestion, LedgerProofAnswer>;

/** What `Prove` gives for one question, for many over one open call. */
export function createProveMany(context: ReadContext): ProveMany {
  const open = new Set<OpenCall>();
  return {
    proveMany(call) {
      // A write to a caller that has just left is no defect.
      call.on("error", () => {});
      const caller = callerOf(call.metadata);
      const opened = new OpenCall(call, (question) => answer(context, caller, question));
      open.add(opened);
      call.on("cancelled", () => {
        open.delete(opened);
        opened.end();
      });
      call.on("end", () => {
        open.delete(opened);
        opened.finish();
      });
    },
    endAll() {
      for (const call of open) call.finish();
      open.clear();
    },
  };
}

/** One caller's questions, of which only so many are under way, and none while it does not take its answers. */
class OpenCall {
  readonly #call: Call;
  #underWay = 0;
  #isOver = false;
  /** No more questions are read; the call ends with the last answer. */
  #isFinished = false;

  constructor(call: Call, answerTo: (question: LedgerProofQuestion) => Promise<LedgerProofAnswer>) {
    this.#call = call;
    call.on("data", (question: LedgerProofQuestion) => {
      this.#underWay += 1;
      if (this.#underWay >= UNDER_WAY_MAX) call.pause();
      void answerTo(question).then((found) => this.#send(found));
    });
    call.on("drain", () => this.#readOn());
  }

  /** Ends it when all that was read is answered. */
  finish(): void {
    this.#isFinished = true;
    this.#call.pause();
    if (this.#underWay === 0) this.end();
  }

  /** Ends it at once. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#call.end();
  }

  #send(found: LedgerProofAnswer): void {
    this.#underWay -= 1;
    if (this.#isOver) return;
    const isTaken = this.#call.write(found);
    if (this.#isFinished && this.#underWay === 0) this.end();
    else if (isTaken) this.#readOn();
    else this.#call.pause();
  }

  #readOn(): void {
    if (!this.#isFinished && this.#underWay < UNDER_WAY_MAX && this.#call.isPaused()) this.#call.resume();
  }
}

async function answer(
  context: ReadContext,
  caller: string,
  { id, request }: LedgerProofQuestion,
): Promise<LedgerProofAnswer> {
  try {
    if (request === undefined) throw new SignalboxError("invalid-request", "Nothing is asked for.");
    const proof = await prove({ context, scope: scopeFor(caller, request.tenant) }, request);
    return { id, result: { $case: "proof", value: proof } };
  } catch (error) {
    logDefect(context.log, error);
    return { id, result: { $case: "error", value: Buffer.from(JSON.stringify(SignalboxError.from(error).toJSON())) } };
  }
}
