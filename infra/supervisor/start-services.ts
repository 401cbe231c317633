import { ONE_MACHINE } from "../config/render-service-configs.ts";
import type { Prepared, Starting } from "./prepare-services.ts";
import { pathOfEach, readyInfo, writeRuntime } from "./ready-info.ts";
import { startServiceProcesses } from "./service-processes.ts";
import type { Services } from "./service-processes.ts";

type StartingServices = Starting & { readonly preparing: Promise<Prepared> };

/** Starts all services, in this process or each in one of its own, as soon as what they need is there. */
export async function startServices(starting: StartingServices & { singleProcess: boolean }): Promise<Services> {
  const { context, preparing } = starting;
  const { progress } = context;
  if (starting.singleProcess) {
    const { configs } = await preparing;
    // Loaded for this mode alone: it brings the code of every service into this process.
    const { startServiceInstances } = await import("./service-instances.ts");
    return progress.step("services", () => startServiceInstances(configs));
  }
  const started = startProcesses(starting);
  await Promise.allSettled([preparing]);
  try {
    return await progress.step("services", () => started);
  } catch (error) {
    // An aborted step does not wait for its work, so that has to be awaited and ended here.
    await started.then(
      (services) => services[Symbol.asyncDispose](),
      () => undefined,
    );
    throw error;
  }
}

function startProcesses({ context, baseUrl, env, preparing }: StartingServices): Promise<Services> {
  const { home, config, progress, ports } = context;
  return startServiceProcesses({
    home,
    prepared: preparing.then(({ configs, resolved }) => ({
      configs,
      keyVariables: Object.values(resolved.providers).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []),
    })),
    guardKeyVariables: config.guardrails.remote.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []),
    env,
    say: (line) => progress.note(line),
    healthUrls: pathOfEach("/healthz", { ...ONE_MACHINE, baseUrl, ports }),
    onPids: (pids) => {
      // A full disk must not end the supervisor: the line goes on, and only the command line knows an old pid.
      void preparing
        .then(({ neighbours, keys }) => {
          writeRuntime(home, readyInfo({ ports, neighbours, keys, baseUrl, pids }), neighbours);
        })
        .catch((error: unknown) => progress.note(`${home.runtimeFile}: ${(error as Error).message}`));
    },
  });
}
