import { join } from "node:path";
import { openHome } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { writeSecretFile } from "../home/secret-file.ts";
import { natsConf } from "../nats/nats-conf.ts";
import { DEPLOYED_PORTS } from "./deployed-places.ts";

const STORE_MAX_BYTES = 16 * 1024 ** 3;

/** Makes the keys of a line and the configuration of its NATS server, which reads it from the same folder. */
export function prepareKeys(dir: string): void {
  const home = openHome(dir);
  const keys = lineKeys(home);
  const options = { host: "0.0.0.0", port: DEPLOYED_PORTS.nats, storeDir: "/data", storeMaxBytes: STORE_MAX_BYTES };
  writeSecretFile(join(home.nats, "nats.conf"), natsConf({ ...options, keys: keys.nats }));
}
