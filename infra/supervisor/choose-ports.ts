import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "../home/home.ts";
import { freePort, isFree, portState, SERVER_PORTS } from "../process/free-port.ts";

export const DEFAULT_PORT = 8_790;

/** The services beside ingress; each serves its health and metrics on a port of its own. */
export const WATCHED_STAGES = ["classifier", "cache", "policy", "dispatcher", "audit-ledger"] as const;
type HealthPort = `${(typeof WATCHED_STAGES)[number]}-health`;

/** Every port of a line; all of them on the loopback interface. */
const PORT_NAMES = [
  ...(["http", "ledger", "register", "dispatcher", "cache", "nats", "postgres", "simulator"] as const),
  ...WATCHED_STAGES.map((stage): HealthPort => `${stage}-health`),
];
export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

/**
 * Chooses the HTTP port that was asked for, or a free one for 0, and free ports for everything else: those of the last start
 * where they are free, so that addresses stay the same. Throws when the HTTP port cannot be used.
 */
export async function choosePorts(home: Home, httpPort: number): Promise<Ports> {
  const file = join(home.run, "ports.json");
  const last = readPorts(file);
  const chosen = new Map<string, number>();
  for (const name of PORT_NAMES) {
    const asked = name === "http" && httpPort !== 0;
    const wanted = asked ? httpPort : last[name];
    const taken = [...chosen.values()];
    const usable = wanted !== undefined && (asked || isServerPort(wanted)) && !taken.includes(wanted);
    if (usable && (await isFree(wanted))) chosen.set(name, wanted);
    else if (asked) throw new Error(await whyNotPort(httpPort));
    else chosen.set(name, await freePortBeside(taken));
  }
  const ports = Object.fromEntries(chosen) as Ports;
  writeFileSync(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function whyNotPort(port: number): Promise<string> {
  const why = (await portState(port)) === "forbidden" ? "is not for this user" : "is in use";
  return `Port ${port} ${why}. Choose another with --port N; --port 0 takes a free one.`;
}

/** A free port that is not among `taken`: those are not bound yet, so the system may offer them again. */
async function freePortBeside(taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (!taken.includes(port)) return port;
  }
}

/** Ports outside of this range may become the local end of a connection before their server binds them. */
function isServerPort(port: number): boolean {
  return port >= SERVER_PORTS.first && port < SERVER_PORTS.first + SERVER_PORTS.count;
}

function readPorts(file: string): Partial<Ports> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<Ports>;
  } catch {
    return {};
  }
}
