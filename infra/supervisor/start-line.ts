import { join } from "node:path";
import type { StageName } from "@signalbox/proto";
import { checkProviders, resolveProviders } from "../catalogue/resolve-providers.ts";
import type { ResolvedProviders } from "../catalogue/resolve-providers.ts";
import { checkGuardrails } from "../config/check-guardrails.ts";
import { writeDocuments } from "../config/write-documents.ts";
import { placedInConfig, readSignalboxConfig } from "../config/read-signalbox-config.ts";
import { ONE_MACHINE, renderServiceConfigs } from "../config/render-service-configs.ts";
import type { ServiceConfigs } from "../config/render-service-configs.ts";
import type { SignalboxConfig } from "../config/signalbox-config.ts";
import { claimHome } from "../home/claim-home.ts";
import { openHome } from "../home/home.ts";
import type { Home } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { writeSecretFile } from "../home/secret-file.ts";
import { keepLogsCut } from "../process/cut-logs.ts";
import { signalProcess } from "../process/process-group.ts";
import { bothEnded } from "./both-ended.ts";
import { choosePorts, WATCHED_STAGES } from "./choose-ports.ts";
import type { Ports } from "./choose-ports.ts";
import type { FirstKeys } from "./first-keys.ts";
import type { Progress } from "./progress.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { startServiceProcesses } from "./service-processes.ts";
import type { Services } from "./service-processes.ts";
import { serviceEnv } from "./service-env.ts";
import { bringUpNats, bringUpPostgres } from "./start-neighbours.ts";
import type { NatsNeighbour, NeighbourOptions, PostgresNeighbour } from "./start-neighbours.ts";
import { SupervisedProcess } from "./supervised-process.ts";

export type LineOptions = {
  /** The home folder. */
  readonly home: string;
  /** Of the HTTP API; 0 takes a free one. */
  readonly port: number;
  /** The operator's file; without one every field takes its default. */
  readonly configFile?: string;
  /** Run all services in this process. */
  readonly singleProcess?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly progress: Progress;
};

/** Where a running line is found and with which keys; what `--json` prints. */
export type ReadyInfo = {
  readonly ready: true;
  /** Without a path: `/v1/chat/completions` and the others stand below it. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly adminKey: string;
  /** The operator's, with the password in it. */
  readonly natsUrl: string;
  /** The schema owner's. */
  readonly databaseUrl: string;
  readonly grpc: { readonly ledger: string; readonly dispatcher: string };
  /** The register as static files (C2SP tlog-tiles). */
  readonly registerUrl: string;
  /** Where each service says how it does, in Prometheus' format. */
  readonly metricsUrls: Readonly<Record<StageName, string>>;
  readonly pids: Readonly<Record<StageName, number>>;
};

/** A running line; disposing of it stops everything in order. */
export type Line = AsyncDisposable & {
  readonly home: Home;
  /** As it is now: a restarted service has another pid. */
  readonly ready: () => ReadyInfo;
  /** Human lines: which providers were registered and why. */
  readonly providerNotes: readonly string[];
  /** Ends all processes without ado, for whoever has waited long enough for their orderly end. */
  readonly kill: () => void;
};

/** Brings up PostgreSQL, NATS and all services over one home folder. Rejects with what to do when something is missing. */
export async function startLine(options: LineOptions): Promise<Line> {
  const { progress } = options;
  const config = readSignalboxConfig(options.configFile);
  await checkReadConfig(config, options);
  const home = openHome(options.home);
  await using stack = new AsyncDisposableStack();
  stack.use(await claimHome(home));
  const onFailure = (error: unknown): void => progress.note(`logs: ${(error as Error).message}`);
  stack.use(keepLogsCut(home.logs, { maxBytes: config.log.maxBytes, onFailure }));
  const context = { home, config, progress, keys: lineKeys(home), ports: await choosePorts(home, options.port) };
  const baseUrl = `http://127.0.0.1:${context.ports.http}`;
  const preparing = prepareServices({ options, context, baseUrl }, stack);
  const [{ neighbours, resolved, keys }, services] = await bothEnded(
    preparing,
    startServices({ options, context, baseUrl, preparing }),
  );
  stack.use(services);
  const ready = (): ReadyInfo => readyInfo({ context, neighbours, keys, baseUrl, pids: services.pids() });
  const tellRuntime = (): void => writeRuntime(home, ready(), neighbours);
  tellRuntime();
  for (const server of Object.values(neighbours)) server.onRestart(tellRuntime);
  const running = stack.move();
  return {
    home,
    ready,
    providerNotes: resolved.notes,
    kill() {
      for (const pid of Object.values(services.pids())) if (pid !== process.pid) signalProcess(-pid, "SIGKILL");
      signalProcess(neighbours.nats.pid(), "SIGKILL");
      // PostgreSQL's own way to end at once; a killed one would leave shared memory behind.
      signalProcess(neighbours.postgres.pid(), "SIGQUIT");
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** What the file's fields do not say by themselves, a missing key for one, is told before anything is started. */
async function checkReadConfig(config: SignalboxConfig, { configFile, env }: LineOptions): Promise<void> {
  try {
    checkProviders(config.providers, env);
    await checkGuardrails(config.guardrails);
  } catch (error) {
    throw placedInConfig(error, configFile);
  }
}

type Neighbours = { readonly postgres: PostgresNeighbour; readonly nats: NatsNeighbour };

/** Both at once; what came up is on the stack even when the other one failed. */
async function bringUpNeighbours(context: NeighbourOptions, stack: AsyncDisposableStack): Promise<Neighbours> {
  const [postgres, nats] = await bothEnded(
    bringUpPostgres(context).then((neighbour) => stack.use(neighbour)),
    bringUpNats(context).then((neighbour) => stack.use(neighbour)),
  );
  return { postgres, nats };
}

/** The simulator is started only when resolving finds nothing else to call. */
async function registerProviders(
  { env }: LineOptions,
  { config, home, ports, progress }: NeighbourOptions,
  stack: AsyncDisposableStack,
): Promise<ResolvedProviders> {
  const resolved = await resolveProviders({
    config: config.providers,
    autoProviders: config.autoProviders,
    env,
    probe: true,
    simulator: async () => {
      const simulator = await startSimulator({ home, ports, progress, env });
      stack.use(simulator);
      return `http://127.0.0.1:${ports.simulator}/v1`;
    },
  });
  writeDocuments(home, config, resolved.catalogue);
  return resolved;
}

function startSimulator(options: {
  home: Home;
  ports: Ports;
  progress: Progress;
  env: LineOptions["env"];
}): Promise<SupervisedProcess> {
  const { home, ports, progress, env } = options;
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

type Starting = {
  readonly options: LineOptions;
  readonly context: NeighbourOptions & { readonly config: SignalboxConfig };
  readonly baseUrl: string;
};

/** What services are started on. */
type Prepared = {
  readonly neighbours: Neighbours;
  readonly resolved: ResolvedProviders;
  readonly keys: FirstKeys;
  readonly configs: ServiceConfigs;
};

async function prepareServices(
  { options, context, baseUrl }: Starting,
  stack: AsyncDisposableStack,
): Promise<Prepared> {
  // Providers need neither neighbour, so they are looked for while these come up.
  const [neighbours, resolved] = await bothEnded(
    bringUpNeighbours(context, stack),
    context.progress.step("providers", () =>
      registerProviders(options, context, stack).catch((error: unknown) => {
        throw placedInConfig(error, options.configFile);
      }),
    ),
  );
  const keys = await prepareDatabase({ ...context, ownerUrl: neighbours.postgres.url("owner"), baseUrl });
  const configs = renderServiceConfigs({
    ...context,
    places: ONE_MACHINE,
    providers: resolved.providers,
    natsUrl: neighbours.nats.url,
    postgresUrl: neighbours.postgres.url,
  });
  return { neighbours, resolved, keys, configs };
}

async function startServices(starting: Starting & { readonly preparing: Promise<Prepared> }): Promise<Services> {
  const { options, context, preparing } = starting;
  const { progress } = context;
  if (options.singleProcess === true) {
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
    // The step does not wait when the start was broken off.
    await started.then(
      (services) => services[Symbol.asyncDispose](),
      () => undefined,
    );
    throw error;
  }
}

function startProcesses({
  options,
  context,
  baseUrl,
  preparing,
}: Parameters<typeof startServices>[0]): Promise<Services> {
  const { home, config, progress } = context;
  return startServiceProcesses({
    home,
    prepared: preparing.then(({ configs, resolved }) => ({
      configs,
      keyVariables: Object.values(resolved.providers).flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []),
    })),
    guardKeyVariables: config.guardrails.remote.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []),
    env: options.env,
    say: (line) => progress.note(line),
    healthUrls: pathOfEach("/healthz", baseUrl, context.ports),
    onPids: (pids) => {
      // A full disk must not end the supervisor: the line goes on, and only the command line knows an old pid.
      void preparing
        .then(({ neighbours, keys }) => {
          writeRuntime(home, readyInfo({ context, neighbours, keys, baseUrl, pids }), neighbours);
        })
        .catch((error: unknown) => progress.note(`${home.runtimeFile}: ${(error as Error).message}`));
    },
  });
}

type Parts = Pick<Starting, "context" | "baseUrl"> & Pick<Prepared, "neighbours" | "keys">;

function readyInfo(parts: Parts & { readonly pids: ReadyInfo["pids"] }): ReadyInfo {
  const { context, neighbours, keys, baseUrl, pids } = parts;
  const { ports } = context;
  return {
    ready: true,
    baseUrl,
    ...keys,
    natsUrl: neighbours.nats.operatorUrl,
    databaseUrl: neighbours.postgres.url("owner"),
    grpc: { ledger: `127.0.0.1:${ports.ledger}`, dispatcher: `127.0.0.1:${ports.dispatcher}` },
    registerUrl: `http://127.0.0.1:${ports.register}`,
    metricsUrls: pathOfEach("/metrics", baseUrl, ports),
    pids,
  };
}

function pathOfEach(path: string, baseUrl: string, ports: Ports): Readonly<Record<StageName, string>> {
  const watched = WATCHED_STAGES.map((stage) => [stage, `http://127.0.0.1:${ports[`${stage}-health`]}${path}`]);
  return { ingress: baseUrl + path, ...Object.fromEntries(watched) } as Record<StageName, string>;
}

function writeRuntime(home: Home, ready: ReadyInfo, { postgres, nats }: Neighbours): void {
  const servers = { postgres: postgres.pid(), nats: nats.pid() };
  writeSecretFile(home.runtimeFile, `${JSON.stringify({ ...ready, servers }, null, 2)}\n`);
}
