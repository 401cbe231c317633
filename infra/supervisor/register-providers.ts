import { join } from "node:path";
import { resolveProviders } from "../catalogue/resolve-providers.ts";
import type { ResolvedProviders } from "../catalogue/resolve-providers.ts";
import { writeDocuments } from "../config/write-documents.ts";
import { serviceEnv } from "./service-env.ts";
import type { NeighbourOptions } from "./start-neighbours.ts";
import { SupervisedProcess } from "./supervised-process.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Resolves the providers and writes their documents for the services. The simulator is started only when there is no other provider. */
export async function registerProviders(
  context: NeighbourOptions,
  env: Env,
  stack: AsyncDisposableStack,
): Promise<ResolvedProviders> {
  const { config, home, ports } = context;
  const resolved = await resolveProviders({
    config: config.providers,
    autoProviders: config.autoProviders,
    env,
    probe: true,
    simulator: async () => {
      stack.use(await startSimulator(context, env));
      return `http://127.0.0.1:${ports.simulator}/v1`;
    },
  });
  writeDocuments(home, config, resolved);
  return resolved;
}

function startSimulator({ home, ports, progress }: NeighbourOptions, env: Env): Promise<SupervisedProcess> {
  return SupervisedProcess.start({
    name: "simulator",
    command: process.execPath,
    args: [join(import.meta.dirname, "..", "simulator", "main.ts"), "--port", String(ports.simulator)],
    env: serviceEnv(env, { outgoing: false }),
    logFile: join(home.logs, "simulator.log"),
    say: (line) => progress.note(line),
    onStart: () => undefined,
  });
}
