import { join } from "node:path";
import type { SignalboxConfig } from "../config/signalbox-config.ts";
import type { Home } from "../home/home.ts";
import type { LineKeys } from "../home/line-keys.ts";
import { findNatsServer } from "../nats/find-nats-server.ts";
import { startNats } from "../nats/start-nats.ts";
import { ensureStreams, streamLimitsOf } from "../nats/streams.ts";
import { migrate } from "../postgres/migrate.ts";
import { ensureDatabase, ensureRoles, urlForRole } from "../postgres/roles.ts";
import type { RoleName } from "../postgres/roles.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import { bothEnded } from "./both-ended.ts";
import type { Ports } from "./choose-ports.ts";
import { SupervisedServer } from "./supervised-server.ts";
import type { Server } from "./supervised-server.ts";
import type { Progress } from "./progress.ts";

export type NeighbourOptions = {
  readonly home: Home;
  readonly keys: LineKeys;
  readonly ports: Ports;
  readonly config: SignalboxConfig;
  readonly progress: Progress;
};

/** A server beside the services; it is brought back when it ends by itself, under another pid. */
type Neighbour = AsyncDisposable & { readonly pid: () => number; readonly onRestart: (call: () => void) => void };

type PostgresNeighbour = Neighbour & {
  readonly url: (role: RoleName) => string;
};

type NatsNeighbour = Neighbour & {
  readonly url: string;
  readonly operatorUrl: string;
};

export type Neighbours = { readonly postgres: PostgresNeighbour; readonly nats: NatsNeighbour };

/** Both at once; what came up is on the stack even when the other one failed. */
export async function bringUpNeighbours(options: NeighbourOptions, stack: AsyncDisposableStack): Promise<Neighbours> {
  const [postgres, nats] = await bothEnded(
    bringUpPostgres(options).then((started) => stack.use(started)),
    bringUpNats(options).then((started) => stack.use(started)),
  );
  return { postgres, nats };
}

/** PostgreSQL over the home folder, with roles, database and schema as this version wants them. */
async function bringUpPostgres({ home, keys, ports, progress }: NeighbourOptions): Promise<PostgresNeighbour> {
  const supervised = await progress.step("PostgreSQL", () =>
    SupervisedServer.start({
      start: () =>
        startPostgres({ dir: home.postgres, port: ports.postgres, logFile: join(home.logs, "postgres.log") }),
      say: (line) => progress.note(`PostgreSQL: ${line}`),
    }),
  );
  const { superUrl } = supervised.server;
  const url = (role: RoleName): string => urlForRole({ superUrl, role, passwords: keys.postgres });
  try {
    await progress.step("database schema", async () => {
      await ensureRoles(superUrl, keys.postgres);
      await ensureDatabase(superUrl);
      const applied = await migrate(url("owner"));
      return appliedText(applied);
    });
  } catch (error) {
    await supervised[Symbol.asyncDispose]();
    throw error;
  }
  return { ...neighbour(supervised), url };
}

function appliedText(names: readonly string[]): string | undefined {
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || first === last) return first === undefined ? undefined : `applied ${first}`;
  return `applied ${names.length} migrations, ${first} to ${last}`;
}

/** NATS over the home folder, with its users and streams. */
async function bringUpNats({ home, keys, ports, config, progress }: NeighbourOptions): Promise<NatsNeighbour> {
  const binary = await findNatsServer(home.nats, { say: (line) => progress.note(line), signal: progress.stop });
  const supervised = await progress.step("NATS", () =>
    SupervisedServer.start({
      start: () =>
        startNats({ binary, dir: home.nats, port: ports.nats, keys: keys.nats, logFile: join(home.logs, "nats.log") }),
      say: (line) => progress.note(`NATS: ${line}`),
    }),
  );
  const { url, operatorUrl } = supervised.server;
  try {
    await progress.step("streams", () => ensureStreams(operatorUrl, streamLimitsOf(config)));
  } catch (error) {
    await supervised[Symbol.asyncDispose]();
    throw error;
  }
  return { ...neighbour(supervised), url, operatorUrl };
}

function neighbour(supervised: SupervisedServer<Server>): Neighbour {
  return {
    pid: () => supervised.server.pid,
    onRestart: (call) => supervised.onRestart(call),
    [Symbol.asyncDispose]: () => supervised[Symbol.asyncDispose](),
  };
}
