import { join } from "node:path";
import { openHome } from "../home/home.ts";
import { lineKeys } from "../home/line-keys.ts";
import { writeSecretFile } from "../home/secret-file.ts";
import { natsConf } from "../nats/nats-conf.ts";
import { DEPLOYED_PORTS } from "./deployed-places.ts";

/** Makes the keys of a line and the configuration of its NATS server, which reads it from the same folder. */
export function prepareKeys(dir: string): void {
  const home = openHome(dir);
  const keys = lineKeys(home);
  const conf = natsConf({ host: "0.0.0.0", port: DEPLOYED_PORTS.nats, storeDir: "/data", keys: keys.nats });
  writeSecretFile(join(home.nats, "nats.conf"), conf);
}
