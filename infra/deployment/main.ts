import { parseArgs } from "node:util";
import { prepareKeys } from "./prepare-keys.ts";
import { prepareLine } from "./prepare-line.ts";

const USAGE = `Prepares a line whose services run in containers of their own (infra/compose.yaml).
Usage: node infra/deployment/main.ts keys --home DIR
           makes all keys and the configuration of NATS, before NATS starts
       node infra/deployment/main.ts line --home DIR [--config FILE]
           roles, schema, streams, first keys and the services' configs, once PostgreSQL and NATS run;
           POSTGRES_URL is the superuser's, NATS_ADDRESS and SIMULATOR_URL name the neighbours`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { home: { type: "string" }, config: { type: "string" }, help: { type: "boolean", default: false } },
});

if (values.help || values.home === undefined || !["keys", "line"].includes(positionals[0] ?? "")) {
  console.error(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else if (positionals[0] === "keys") {
  prepareKeys(values.home);
} else {
  try {
    await prepareLine({ home: values.home, configFile: values.config, env: process.env });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
