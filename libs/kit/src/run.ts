import type { z } from "zod";
import { ConfigError, readConfig } from "./read-config.ts";

/** What a started service offers to whoever runs it. */
export type RunningService = AsyncDisposable & {
  /** The ports that it listens on, by protocol. */
  readonly ports: { readonly http?: number; readonly grpc?: number };
};

/** What a service sends to its supervisor when it serves. */
export type ReadyMessage = { readonly ready: true; readonly ports: RunningService["ports"] };

/** What a supervisor sends to a process that it started with `--held`. */
export type GoMessage = { readonly go: true };

/** Takes over what was started, to be disposed of as one service. */
export function runningService(starting: AsyncDisposableStack, ports: RunningService["ports"] = {}): RunningService {
  const started = starting.move();
  return { ports, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

const STOP_TIMEOUT_MS = 10_000;

/**
 * A service's whole process: reads the config, checks it alone under `--check`, else runs until SIGINT, SIGTERM
 * or the loss of the supervisor that started it, then disposes of the service and lets the process drain.
 */
export async function runService<S extends z.ZodType>(options: {
  name: string;
  config: S;
  start: (config: z.infer<S>) => Promise<RunningService>;
}): Promise<void> {
  if (process.argv.includes("--help")) {
    console.log(`Usage: node services/${options.name}/src/main.ts [--config FILE] [--check]`);
    return;
  }
  // By now the code is loaded, which takes longer than all that follows.
  if (process.argv.includes("--held")) await toldToGo();
  let config: z.infer<S>;
  try {
    config = readConfig(options.config);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
    return;
  }
  if (process.argv.includes("--check")) {
    console.log(`${options.name}: config ok`);
    return;
  }
  await serve(() => options.start(config));
}

/** Resolves when the supervisor has written the config; a process whose supervisor is gone ends by itself. */
function toldToGo(): Promise<void> {
  return new Promise((resolve) => {
    process.on("message", function listen(message: Partial<GoMessage>) {
      if (message.go !== true) return;
      process.off("message", listen);
      resolve();
    });
  });
}

async function serve(start: () => Promise<RunningService>): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  process
    .once("SIGINT", () => {
      stop();
    })
    .once("SIGTERM", () => {
      stop();
    });
  // A supervisor that was killed cannot stop its services; the closed channel tells them.
  process.once("disconnect", () => {
    stop();
  });
  // While it starts it has nothing in hand, and what it waits for may never come. Once it runs it ends in good order.
  let isStarting = true;
  void stopped.then(() => {
    if (isStarting) process.exit(0);
  });
  const service = await start();
  isStarting = false;
  process.send?.({ ready: true, ports: service.ports } satisfies ReadyMessage);
  await stopped;
  // Sockets that a peer keeps open would hold the process; the timer is the limit on patience with them.
  setTimeout(() => {
    process.exit(1);
  }, STOP_TIMEOUT_MS).unref();
  await service[Symbol.asyncDispose]();
  if (process.connected) process.disconnect();
}
