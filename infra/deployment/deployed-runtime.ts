import type { RuntimeFile } from "../cli/connection.ts";
import { WATCHED_STAGES } from "../supervisor/choose-ports.ts";
import { DEPLOYED_PLACES, DEPLOYED_PORTS } from "./deployed-places.ts";

/** Where the command line finds the line from a container in its network. */
export function deployedRuntime(servers: { readonly natsUrl: string; readonly databaseUrl: string }): RuntimeFile {
  const { hostOf } = DEPLOYED_PLACES;
  const baseUrl = `http://${hostOf("ingress")}:${DEPLOYED_PORTS.http}`;
  const watched = WATCHED_STAGES.map((stage) => [
    stage,
    `http://${hostOf(stage)}:${DEPLOYED_PORTS[`${stage}-health`]}/metrics`,
  ]);
  return {
    ...servers,
    baseUrl,
    grpc: { ledger: `${hostOf("audit-ledger")}:${DEPLOYED_PORTS.ledger}` },
    registerUrl: `http://${hostOf("audit-ledger")}:${DEPLOYED_PORTS.register}`,
    metricsUrls: { ingress: `${baseUrl}/metrics`, ...Object.fromEntries(watched) },
  };
}
