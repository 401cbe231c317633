import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { STAGES } from "@signalbox/proto";
import type { StageName } from "@signalbox/proto";
import type { ServiceConfigs } from "../config/render-service-configs.ts";
import type { Home } from "../home/home.ts";
import { serviceEnv } from "./service-env.ts";
import { stopInOrder } from "./stop-order.ts";
import { SupervisedProcess } from "./supervised-process.ts";

/** Requests leave much short-lived garbage; with more room for it fewer objects outlive a collection by accident. */
const NODE_OPTIONS = ["--max-semi-space-size=32"];

const SERVICES = join(import.meta.dirname, "..", "..", "services");

export type Services = AsyncDisposable & { readonly pids: () => Record<StageName, number> };

export type ServicesOptions = {
  readonly home: Home;
  readonly configs: ServiceConfigs;
  /** The variables that hold providers' keys, for the dispatcher. */
  readonly keyVariables: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** A service has another pid now. */
  readonly onPids: (pids: Record<StageName, number>) => void;
};

/** Starts every service as a process of its own and resolves when all of them serve. */
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

function startService({
  home,
  configs,
  keyVariables,
  env,
  say,
  stage,
  onStart,
}: StartService): Promise<SupervisedProcess> {
  const configFile = join(home.run, `${stage}.json`);
  writeFileSync(configFile, `${JSON.stringify(configs[stage], null, 2)}\n`, { mode: 0o600 });
  const outgoing = stage === "dispatcher";
  return SupervisedProcess.start({
    name: stage,
    command: process.execPath,
    args: [...NODE_OPTIONS, join(SERVICES, stage, "src", "main.ts"), "--config", configFile],
    env: serviceEnv(env, { outgoing, also: outgoing ? keyVariables : [] }),
    // Relative paths in a config of one's own mean the same as on the command line.
    cwd: process.cwd(),
    logFile: join(home.logs, `${stage}.log`),
    say,
    onStart,
  });
}
