import { readCheckedConfig } from "../config/read-checked-config.ts";
import { claimHome } from "../home/claim-home.ts";
import { openHome } from "../home/home.ts";
import type { Home } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { keepLogsCut } from "../process/cut-logs.ts";
import { signalProcess } from "../process/process-group.ts";
import { bothEnded } from "./both-ended.ts";
import { choosePorts } from "./choose-ports.ts";
import { prepareServices } from "./prepare-services.ts";
import type { Progress } from "./progress.ts";
import { readyInfo, writeRuntime } from "./ready-info.ts";
import type { ReadyInfo } from "./ready-info.ts";
import { startServices } from "./start-services.ts";

type LineOptions = {
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
  const { progress, env, configFile, singleProcess = false } = options;
  const config = await readCheckedConfig(configFile, env);
  const home = openHome(options.home);
  await using stack = new AsyncDisposableStack();
  stack.use(await claimHome(home));
  const onFailure = (error: unknown): void => progress.note(`logs: ${(error as Error).message}`);
  stack.use(keepLogsCut(home.logs, { maxBytes: config.log.maxBytes, onFailure }));
  const ports = await choosePorts(home, options.port);
  const baseUrl = `http://127.0.0.1:${ports.http}`;
  const starting = { context: { home, config, progress, keys: lineKeys(home), ports }, baseUrl, env, configFile };
  const preparing = prepareServices(starting, stack);
  const [{ neighbours, resolved, keys }, services] = await bothEnded(
    preparing,
    startServices({ ...starting, preparing, singleProcess }),
  );
  stack.use(services);
  const ready = (): ReadyInfo => readyInfo({ ports, neighbours, keys, baseUrl, pids: services.pids() });
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
