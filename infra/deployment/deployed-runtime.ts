import type { RuntimeFile } from "../cli/connection.ts";
import { pathOfEach } from "../supervisor/ready-info.ts";
import { DEPLOYED_PLACES, DEPLOYED_PORTS } from "./deployed-places.ts";

/** Where the command line finds the line from a container in its network. */
export function deployedRuntime(servers: { readonly natsUrl: string; readonly databaseUrl: string }): RuntimeFile {
  const { hostOf } = DEPLOYED_PLACES;
  const baseUrl = `http://${hostOf("ingress")}:${DEPLOYED_PORTS.http}`;
  return {
    ...servers,
    baseUrl,
    grpc: { ledger: `${hostOf("audit-ledger")}:${DEPLOYED_PORTS.ledger}` },
    registerUrl: `http://${hostOf("audit-ledger")}:${DEPLOYED_PORTS.register}`,
    metricsUrls: pathOfEach("/metrics", { baseUrl, ports: DEPLOYED_PORTS, hostOf }),
  };
}
