import { createServer } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Home } from "../home/home.ts";
import { freePort } from "../process/free-port.ts";

export const DEFAULT_PORT = 8_790;

/** Every port of a line; all of them on the loopback interface. */
const PORT_NAMES = ["http", "ledger", "register", "dispatcher", "cache", "nats", "postgres", "simulator"] as const;
export type Ports = Readonly<Record<(typeof PORT_NAMES)[number], number>>;

/**
 * The HTTP port that was asked for, and free ones for all else: those of the last start while they are free, so that
 * addresses stay the same. Throws when the HTTP port is taken; with 0 it is a free one too.
 */
export async function choosePorts(home: Home, httpPort: number): Promise<Ports> {
  const file = join(home.run, "ports.json");
  const last = readPorts(file);
  const chosen = new Map<string, number>();
  for (const name of PORT_NAMES) {
    const wanted = name === "http" && httpPort !== 0 ? httpPort : last[name];
    const taken = [...chosen.values()];
    if (wanted !== undefined && !taken.includes(wanted) && (await isFree(wanted))) chosen.set(name, wanted);
    else if (name === "http" && httpPort !== 0) throw new Error(portTaken(httpPort));
    else chosen.set(name, await freePortBeside(taken));
  }
  const ports = Object.fromEntries(chosen) as Ports;
  writeFileSync(file, `${JSON.stringify(ports)}\n`);
  return ports;
}

function portTaken(port: number): string {
  return `Port ${port} is in use. Choose another with --port N; --port 0 takes a free one.`;
}

async function freePortBeside(taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (!taken.includes(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function readPorts(file: string): Partial<Ports> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<Ports>;
  } catch {
    return {};
  }
}
