import { Config as LedgerConfig } from "@signalbox/audit-ledger/config";
import { Config as CacheConfig } from "@signalbox/cache/config";
import { Config as ClassifierConfig } from "@signalbox/classifier/config";
import { Config as DispatcherConfig } from "@signalbox/dispatcher/config";
import { Config as IngressConfig } from "@signalbox/ingress/config";
import { Config as PolicyConfig } from "@signalbox/policy/config";
import { STAGES } from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import type { ServiceConfigs } from "../config/render-service-configs.ts";
import type { Services } from "./service-processes.ts";
import { stopInOrder } from "./stop-order.ts";

/** How each service is started in this very process. */
const STARTERS: Readonly<Record<StageName, (configs: ServiceConfigs) => Promise<AsyncDisposable>>> = {
  ingress: async (configs) => (await import("@signalbox/ingress")).startIngress(IngressConfig.parse(configs.ingress)),
  classifier: async (configs) =>
    (await import("@signalbox/classifier")).startClassifier(ClassifierConfig.parse(configs.classifier)),
  cache: async (configs) => (await import("@signalbox/cache")).startCache(CacheConfig.parse(configs.cache)),
  policy: async (configs) => (await import("@signalbox/policy")).startPolicy(PolicyConfig.parse(configs.policy)),
  dispatcher: async (configs) =>
    (await import("@signalbox/dispatcher")).startDispatcher(DispatcherConfig.parse(configs.dispatcher)),
  "audit-ledger": async (configs) =>
    (await import("@signalbox/audit-ledger")).startAuditLedger(LedgerConfig.parse(configs["audit-ledger"])),
};

/** Starts every service in this process, for a machine with little memory or a debugger; nothing is restarted then. */
export async function startServiceInstances(configs: ServiceConfigs): Promise<Services> {
  const running = new Map<StageName, AsyncDisposable>();
  const stop = (): Promise<void> => stopInOrder(running);
  const results = await Promise.allSettled(
    STAGES.map(async (stage) => void running.set(stage, await STARTERS[stage](configs))),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const pids = Object.fromEntries(STAGES.map((stage) => [stage, process.pid])) as Record<StageName, number>;
  return { pids: () => pids, [Symbol.asyncDispose]: stop };
}
