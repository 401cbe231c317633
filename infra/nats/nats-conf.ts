import { STAGES } from "@signalbox/proto";
import type { NatsKeys } from "./nats-keys.ts";
import { OPERATOR } from "./nats-keys.ts";
import { natsPermissions } from "./nats-permissions.ts";

type NatsConfOptions = {
  /** Loopback unless it is given; containers reach each other by network alone. */
  readonly host?: string;
  readonly port: number;
  readonly storeDir: string;
  readonly keys: NatsKeys;
};

/** Room for all streams together; the server reserves nothing of it. */
const STORE_MAX_BYTES = 16 * 1024 ** 3;
/** Of a message with its headers, in a stream too. */
export const MESSAGE_MAX_BYTES = 1_048_576;
const CONNECTIONS_MAX = 1_024;

/**
 * The server's configuration as text; JSON is a subset of its format. No listener but the clients' one, no
 * `no_auth_user`, no deny rule. One account holds the application, another the system; nobody has a user in the latter.
 */
export function natsConf({ host, port, storeDir, keys }: NatsConfOptions): string {
  const services = STAGES.map((stage) => ({
    nkey: keys.publicKeys[stage],
    permissions: allowOnly(natsPermissions(stage)),
  }));
  const operator = {
    user: OPERATOR,
    password: keys.operatorPassword,
    permissions: allowOnly({ publish: [">"], subscribe: [">"] }),
  };
  const conf = {
    server_name: "signalbox",
    host: host ?? "127.0.0.1",
    port,
    max_payload: MESSAGE_MAX_BYTES,
    max_connections: CONNECTIONS_MAX,
    write_deadline: "10s",
    jetstream: { store_dir: storeDir, max_memory_store: 0, max_file_store: STORE_MAX_BYTES },
    system_account: "SYS",
    accounts: { SYS: {}, SIGNALBOX: { jetstream: "enabled", users: [...services, operator] } },
  };
  return `${JSON.stringify(conf, null, 2)}\n`;
}

function allowOnly({ publish, subscribe }: { publish: readonly string[]; subscribe: readonly string[] }): object {
  return { publish: { allow: publish }, subscribe: { allow: subscribe } };
}
