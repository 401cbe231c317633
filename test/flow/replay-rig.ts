import { ReplayJob, type ReplayOrder, type ReplayRequest } from "@signalbox/proto";
import type { LedgerReplayJob } from "@signalbox/proto/grpc/ledger";
import { sha256Digest } from "@signalbox/tlog";
import { decisionEvent } from "./ledger-events.ts";
import { as, startLedgerRig, until, type Ledger, type LedgerRig } from "./ledger-rig.ts";
import { CANARY_POLICY, DOCUMENTS, ENGINE, OTHER_POLICY } from "./small-engine.ts";

/** All decisions, each as it was made. */
export const ALL: ReplayOrder = { kind: "verify", fromIndex: 0, toIndex: null, fromMs: null, toMs: null, policy: null };

type Ask = { readonly order: Partial<ReplayRequest> } | { readonly id: string; readonly cancel?: true };
type Asker = "operator" | "ingress";

/** A ledger that replays decisions of a small engine. */
export type ReplayRig = AsyncDisposable & {
  readonly rig: LedgerRig;
  /** The instance that answers; another one after `restart`. */
  readonly ledger: Ledger;
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Keeps a document as a service would. */
  keep(kind: string, text: string): Promise<void>;
  /** Has decisions committed. */
  record(parts: readonly Parameters<typeof decisionEvent>[0][]): Promise<void>;
  ask(call: Ask, who: Asker): Promise<ReplayJob>;
  /** What came of a job; by the operator unless another one asks. */
  finished(order: Partial<ReplayOrder>, who?: Asker): Promise<ReplayJob>;
};

export async function startReplayRig(): Promise<ReplayRig> {
  const rig = await startLedgerRig();
  let ledger = await rig.start();
  const keep = async (kind: string, text: string): Promise<void> => {
    await rig.owner.query(
      "insert into document (digest, kind, media_type, body) values ($1, $2, 'application/json', $3)",
      [sha256Digest(text), kind, Buffer.from(text)],
    );
  };
  for (const [kind, text] of Object.entries(DOCUMENTS)) await keep(kind, text);
  for (const policy of [OTHER_POLICY, CANARY_POLICY]) await keep("policy", policy);
  await keep("engine", ENGINE);
  const ask = (call: Ask, who: Asker): Promise<ReplayJob> => askOf(ledger, call, who);
  return {
    rig,
    get ledger() {
      return ledger;
    },
    async stop() {
      await ledger[Symbol.asyncDispose]();
    },
    async restart() {
      ledger = await rig.start();
    },
    keep,
    async record(parts) {
      const size = (await rig.leaves(0)).length;
      await rig.enqueue(rig.policy.sign(parts.map(decisionEvent)));
      await rig.leaves(size + parts.length);
    },
    ask,
    async finished(order, who = "operator") {
      const { id } = await ask({ order: { ...ALL, ...order } }, who);
      return await until(async () => {
        const job = await ask({ id }, who);
        return job.state === "running" ? undefined : job;
      });
    },
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

function askOf({ client }: Ledger, call: Ask, who: Asker): Promise<ReplayJob> {
  const tenant = who === "operator" ? "" : "default";
  return new Promise((resolve, reject) => {
    const settle = (error: Error | null, answer: LedgerReplayJob): void => {
      if (error === null) resolve(ReplayJob.parse(JSON.parse(answer.jobJson)));
      else reject(error);
    };
    if ("order" in call) client.startReplay({ tenant, orderJson: JSON.stringify(call.order) }, as(who), settle);
    else if (call.cancel === true) client.cancelReplay({ tenant, id: call.id }, as(who), settle);
    else client.getReplay({ tenant, id: call.id }, as(who), settle);
  });
}
