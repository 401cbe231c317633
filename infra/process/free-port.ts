import { createServer } from "node:net";

/**
 * Below the ports that Linux (32768 and up) and macOS (49152 and up) give to outgoing connections. A port that a server
 * binds some seconds after it was chosen must not have become the local end of a connection meanwhile.
 */
export const SERVER_PORTS = { first: 10_240, count: 22_528 } as const;

/** Each process looks in a block of its own first, so that two which choose at the same time find different ports. */
const BLOCK_SIZE = 64;
const BLOCKS = SERVER_PORTS.count / BLOCK_SIZE;

let looked = 0;

/** A TCP port on 127.0.0.1 that nothing listens on now. Throws when every port of the range is in use. */
export async function freePort(): Promise<number> {
  const block = process.pid % BLOCKS;
  for (let tries = 0; tries < SERVER_PORTS.count; tries += 1) {
    const port = SERVER_PORTS.first + ((block * BLOCK_SIZE + looked) % SERVER_PORTS.count);
    looked += 1;
    // One after another, as each answer decides whether the next port is asked for.
    if (await isFree(port)) return port;
  }
  throw new Error(`Every port from ${SERVER_PORTS.first} on is in use.`);
}

/** Whether a server could listen on a TCP port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
