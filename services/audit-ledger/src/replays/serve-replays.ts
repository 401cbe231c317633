import { ReplayRequest, SignalboxError, Uuid, type ReplayJob } from "@signalbox/proto";
import type { LedgerReplayJob, LedgerServer } from "@signalbox/proto/grpc/ledger";
import { parseJson } from "../parse-json.ts";
import type { ReadContext } from "../read/read-context.ts";
import { scopeOf } from "../read/scope.ts";
import { serveUnary } from "../read/serve-call.ts";
import type { ReplayJobs } from "./replay-jobs.ts";

/** `Ledger.StartReplay`, `GetReplay` and `CancelReplay`. */
export function serveReplays(
  { log }: Pick<ReadContext, "log">,
  jobs: ReplayJobs,
): Pick<LedgerServer, "startReplay" | "getReplay" | "cancelReplay"> {
  return {
    startReplay: serveUnary(log, async (call) => {
      const scope = scopeOf(call);
      return messageOf(await jobs.start(scope, readRequest(call.request.orderJson)));
    }),
    getReplay: serveUnary(log, async (call) => {
      return messageOf(await jobs.get(scopeOf(call), readId(call.request.id)));
    }),
    cancelReplay: serveUnary(log, async (call) => {
      return messageOf(await jobs.cancel(scopeOf(call), readId(call.request.id)));
    }),
  };
}

function readRequest(json: string): ReplayRequest {
  const parsed = ReplayRequest.safeParse(parseJson(json));
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new SignalboxError("invalid-request", "The replay's order does not fit its contract.", {
    details: { param: path },
  });
}

function readId(id: string): string {
  if (Uuid.safeParse(id).success) return id;
  throw new SignalboxError("not-found", "There is no replay of this id.");
}

function messageOf(job: ReplayJob): LedgerReplayJob {
  return { jobJson: JSON.stringify(job) };
}
