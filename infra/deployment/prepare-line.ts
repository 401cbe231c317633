import { join } from "node:path";
import { resolveProviders } from "../catalogue/resolve-providers.ts";
import { readCheckedConfig } from "../config/read-checked-config.ts";
import { placedInConfig } from "../config/read-signalbox-config.ts";
import { renderServiceConfigs } from "../config/render-service-configs.ts";
import { writeDocuments } from "../config/write-documents.ts";
import { openHome } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { writeSecretFile } from "../home/secret-file.ts";
import { OPERATOR } from "../nats/nats-keys.ts";
import { ensureStreams, streamLimitsOf } from "../nats/streams.ts";
import { migrate } from "../postgres/migrate.ts";
import { ensureDatabase, ensureRoles, urlForRole } from "../postgres/roles.ts";
import { admitRegister } from "../supervisor/admit-register.ts";
import { prepareDatabase } from "../supervisor/prepare-database.ts";
import { deployedRuntime } from "./deployed-runtime.ts";
import { DEPLOYED_PLACES, DEPLOYED_PORTS } from "./deployed-places.ts";

type PrepareLineOptions = {
  readonly home: string;
  readonly configFile: string | undefined;
  /** POSTGRES_URL, NATS_ADDRESS (`host:port`), SIMULATOR_URL, and the keys of providers. */
  readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * What `npm start` does between its neighbours' start and its services', for neighbours that run elsewhere, with the same
 * refusals. Safe to repeat, also while the services run.
 */
export async function prepareLine({ home: dir, configFile, env }: PrepareLineOptions): Promise<void> {
  const config = await readCheckedConfig(configFile, env);
  const inFile = (error: unknown): never => {
    throw placedInConfig(error, configFile);
  };
  const home = openHome(dir);
  const keys = lineKeys(home);
  const superUrl = env["POSTGRES_URL"] ?? "postgresql://postgres@postgres:5432/postgres";
  const natsAddress = env["NATS_ADDRESS"] ?? `nats:${DEPLOYED_PORTS.nats}`;
  const ownerUrl = urlForRole({ superUrl, role: "owner", passwords: keys.postgres });

  await ensureRoles(superUrl, keys.postgres);
  await ensureDatabase(superUrl);
  await migrate(ownerUrl);
  await admitRegister({ ownerUrl, home, origin: config.register.origin }).catch(inFile);
  await prepareDatabase({ home, keys, config, ownerUrl, baseUrl: `http://127.0.0.1:${DEPLOYED_PORTS.http}` });
  const operatorUrl = `nats://${OPERATOR}:${keys.nats.operatorPassword}@${natsAddress}`;
  await ensureStreams(operatorUrl, streamLimitsOf(config));

  const { providers: configured, autoProviders } = config;
  const simulator = env["SIMULATOR_URL"] ?? `http://simulator:${DEPLOYED_PORTS.simulator}/v1`;
  const options = { config: configured, autoProviders, env, probe: false, simulator };
  const resolved = await resolveProviders(options).catch(inFile);
  writeDocuments(home, config, resolved);
  const configs = renderServiceConfigs({
    config,
    home,
    keys,
    places: DEPLOYED_PLACES,
    ports: DEPLOYED_PORTS,
    providers: resolved.providers,
    natsUrl: `nats://${natsAddress}`,
    postgresUrl: (role) => urlForRole({ superUrl, role, passwords: keys.postgres }),
  });
  for (const [stage, rendered] of Object.entries(configs)) {
    writeSecretFile(join(home.run, `${stage}.json`), `${JSON.stringify(rendered, null, 2)}\n`);
  }
  const runtime = deployedRuntime({ natsUrl: operatorUrl, databaseUrl: ownerUrl });
  writeSecretFile(home.runtimeFile, `${JSON.stringify(runtime, null, 2)}\n`);
  for (const note of resolved.notes) console.error(note);
}
