import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { STAGES } from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import type { ServiceConfigs } from "../config/render-service-configs.ts";
import type { Home } from "../home/home.ts";
import { serviceEnv } from "./service-env.ts";
import { stopInOrder } from "./stop-order.ts";
import { SupervisedProcess } from "./supervised-process.ts";

/** Requests make much short-lived garbage; a larger young generation keeps it from being promoted. */
export const NODE_OPTIONS = ["--max-semi-space-size=32"];

const SERVICES = join(import.meta.dirname, "..", "..", "services");

export type Services = AsyncDisposable & { readonly pids: () => Record<StageName, number> };

type ServicesOptions = {
  readonly home: Home;
  /** When it resolves, all that services connect to is there. */
  readonly prepared: Promise<{
    readonly configs: ServiceConfigs;
    /** The variables that hold providers' keys, for the dispatcher. */
    readonly keyVariables: readonly string[];
  }>;
  /** The variables that hold keys of guardrails elsewhere, for those who ask them. */
  readonly guardKeyVariables: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** The health URL of each service. */
  readonly healthUrls: Readonly<Record<StageName, string>>;
  /** A service has another pid now. */
  readonly onPids: (pids: Record<StageName, number>) => void;
};

/**
 * Starts every service as a process of its own and resolves when all of them serve. They load their code while `prepared` is
 * pending. When that rejects they are ended, and the returned promise rejects with the same reason.
 */
export async function startServiceProcesses(options: ServicesOptions): Promise<Services> {
  const running = new Map<StageName, SupervisedProcess>();
  const started = new Map<StageName, number>();
  const pids = (): Record<StageName, number> => Object.fromEntries(started) as Record<StageName, number>;
  const stop = (): Promise<void> => stopInOrder(running);
  const results = await Promise.allSettled(
    STAGES.map(async (stage) => {
      const onStart = (pid: number): void => {
        started.set(stage, pid);
        if (running.size === STAGES.length) options.onPids(pids());
      };
      running.set(stage, await startService({ ...options, stage, onStart }));
    }),
  );
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return { pids, [Symbol.asyncDispose]: stop };
}

type StartService = ServicesOptions & { readonly stage: StageName; readonly onStart: (pid: number) => void };

async function startService(options: StartService): Promise<SupervisedProcess> {
  const { home, prepared, guardKeyVariables, env, say, stage, onStart } = options;
  const configFile = join(home.run, `${stage}.json`);
  // The dispatcher calls providers, policy the webhook that alerts go to, and ingress guardrails elsewhere.
  const outgoing = stage === "dispatcher" || stage === "policy" || stage === "ingress";
  // The dispatcher alone waits for `prepared`: which keys it gets is known only when the providers are resolved.
  const keyVariables = stage === "dispatcher" ? (await prepared).keyVariables : [];
  const also = outgoing && stage !== "policy" ? [...keyVariables, ...guardKeyVariables] : [];
  const hold = prepared.then(({ configs }) => {
    writeFileSync(configFile, `${JSON.stringify(configs[stage], null, 2)}\n`, { mode: 0o600 });
  });
  return SupervisedProcess.start({
    name: stage,
    command: process.execPath,
    args: [...NODE_OPTIONS, join(SERVICES, stage, "src", "main.ts"), "--config", configFile],
    env: serviceEnv(env, { outgoing, also }),
    // Relative paths in a config of one's own mean the same as on the command line.
    cwd: process.cwd(),
    logFile: join(home.logs, `${stage}.log`),
    say,
    onStart,
    healthUrl: options.healthUrls[stage],
    hold,
  });
}
