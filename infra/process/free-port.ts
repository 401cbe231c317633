import { randomInt } from "node:crypto";
import { mkdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Below the ports that Linux (32768 and up) and macOS (49152 and up) give to outgoing connections. A port that a server
 * binds some seconds after it was chosen must not have become the local end of a connection meanwhile.
 */
export const SERVER_PORTS = { first: 10_240, count: 22_528 } as const;

/** Far longer than any server takes to bind its port; whoever has not bound it by then will not. */
const CLAIM_LIFETIME_MS = 10 * 60_000;
const TRIES_MAX = 1_000;

/**
 * A TCP port on 127.0.0.1 that nothing listens on now and that no other caller of this user gets in the next minutes: a
 * file says that it is given away, because a line binds its ports seconds after it chose them, and two lines may start
 * at once. Throws when there is none.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const port = randomInt(SERVER_PORTS.first, SERVER_PORTS.first + SERVER_PORTS.count);
    // One after another, as each answer decides whether the next port is asked for.
    if (claimPort(port) && (await isFree(port))) return port;
  }
  throw new Error(
    `No free port was found between ${SERVER_PORTS.first} and ${SERVER_PORTS.first + SERVER_PORTS.count}.`,
  );
}

/** Whether a server could listen on a TCP port of 127.0.0.1 now. */
export async function isFree(port: number): Promise<boolean> {
  return (await portState(port)) === "free";
}

/** forbidden: this user may not have it, as those below 1024 on most systems. */
export function portState(port: number): Promise<"free" | "taken" | "forbidden"> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EACCES" ? "forbidden" : "taken"));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve("free")));
  });
}

/** False when the port was given away before. A claim whose time is over goes, and its port may be had at a later try. */
function claimPort(port: number): boolean {
  const dir = join(tmpdir(), `signalbox-ports-${process.getuid?.() ?? "user"}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, String(port));
  try {
    writeFileSync(file, "", { flag: "wx" });
    return true;
  } catch {
    dropOldClaim(file);
    return false;
  }
}

function dropOldClaim(file: string): void {
  try {
    if (Date.now() - statSync(file).mtimeMs > CLAIM_LIFETIME_MS) unlinkSync(file);
  } catch {
    // Somebody else has dropped it.
  }
}
