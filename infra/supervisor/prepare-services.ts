import { placedInConfig } from "../config/read-signalbox-config.ts";
import { ONE_MACHINE, renderServiceConfigs } from "../config/render-service-configs.ts";
import type { ServiceConfigs } from "../config/render-service-configs.ts";
import type { ResolvedProviders } from "../catalogue/resolve-providers.ts";
import { admitRegister } from "./admit-register.ts";
import { bothEnded } from "./both-ended.ts";
import type { FirstKeys } from "./first-keys.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { registerProviders } from "./register-providers.ts";
import { bringUpNeighbours } from "./start-neighbours.ts";
import type { NeighbourOptions, Neighbours } from "./start-neighbours.ts";

export type Starting = {
  readonly context: NeighbourOptions;
  readonly baseUrl: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where faults of the providers' section are placed. */
  readonly configFile: string | undefined;
};

/** Everything that services need to start. */
export type Prepared = {
  readonly neighbours: Neighbours;
  readonly resolved: ResolvedProviders;
  readonly keys: FirstKeys;
  readonly configs: ServiceConfigs;
};

/** Brings up everything that services need; what came up is on `stack` even when something else failed. */
export async function prepareServices(
  { context, baseUrl, env, configFile }: Starting,
  stack: AsyncDisposableStack,
): Promise<Prepared> {
  const inFile = (error: unknown): never => {
    throw placedInConfig(error, configFile);
  };
  // Providers need neither neighbour, so they are looked for while these come up.
  const [neighbours, resolved] = await bothEnded(
    bringUpNeighbours(context, stack),
    context.progress.step("providers", () => registerProviders(context, env, stack).catch(inFile)),
  );
  const ownerUrl = neighbours.postgres.url("owner");
  await admitRegister({ ownerUrl, home: context.home, origin: context.config.register.origin }).catch(inFile);
  const keys = await prepareDatabase({ ...context, ownerUrl, baseUrl });
  const configs = renderServiceConfigs({
    ...context,
    places: ONE_MACHINE,
    providers: resolved.providers,
    natsUrl: neighbours.nats.url,
    postgresUrl: neighbours.postgres.url,
  });
  return { neighbours, resolved, keys, configs };
}
