import type { StageName } from "@signalbox/proto";
import { ONE_MACHINE, type Places } from "../config/render-service-configs.ts";
import type { Home } from "../home/home.ts";
import { writeSecretFile } from "../home/secret-file.ts";
import { WATCHED_STAGES } from "./choose-ports.ts";
import type { Ports } from "./choose-ports.ts";
import type { FirstKeys } from "./first-keys.ts";
import type { Neighbours } from "./start-neighbours.ts";

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

export function readyInfo(parts: {
  readonly ports: Ports;
  readonly baseUrl: string;
  readonly neighbours: Neighbours;
  readonly keys: FirstKeys;
  readonly pids: ReadyInfo["pids"];
}): ReadyInfo {
  const { ports, baseUrl, neighbours, keys, pids } = parts;
  return {
    ready: true,
    baseUrl,
    ...keys,
    natsUrl: neighbours.nats.operatorUrl,
    databaseUrl: neighbours.postgres.url("owner"),
    grpc: { ledger: `127.0.0.1:${ports.ledger}`, dispatcher: `127.0.0.1:${ports.dispatcher}` },
    registerUrl: `http://127.0.0.1:${ports.register}`,
    metricsUrls: pathOfEach("/metrics", { ...ONE_MACHINE, baseUrl, ports }),
    pids,
  };
}

/** A path at each service's own port. */
export function pathOfEach(
  path: string,
  { baseUrl, ports, hostOf }: { baseUrl: string; ports: Ports; hostOf: Places["hostOf"] },
): Readonly<Record<StageName, string>> {
  const watched = WATCHED_STAGES.map((stage) => [stage, `http://${hostOf(stage)}:${ports[`${stage}-health`]}${path}`]);
  return { ingress: baseUrl + path, ...Object.fromEntries(watched) } as Record<StageName, string>;
}

/** Leaves what the command line needs to find the line, and the pids that a later start looks for, in the home folder. */
export function writeRuntime(home: Home, ready: ReadyInfo, { postgres, nats }: Neighbours): void {
  const servers = { postgres: postgres.pid(), nats: nats.pid() };
  writeSecretFile(home.runtimeFile, `${JSON.stringify({ ...ready, servers }, null, 2)}\n`);
}
