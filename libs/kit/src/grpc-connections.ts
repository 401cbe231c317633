import type { Socket } from "node:net";

/**
 * A known caller shows its token with its connection's first bytes; whoever has shown none by then is not waited for.
 */
const STRANGER_MS = 5_000;
const STRANGERS_MAX = 256;

/**
 * The connections of one server. Those of strangers, on which no known caller has been heard, are few and stand only
 * for a moment, because each costs some kilobytes and a file descriptor and would hold up a stop. When there are too
 * many, the oldest is closed, so that strangers keep no known caller out.
 */
export class Connections {
  readonly #open = new Set<Socket>();
  /** By `address:port`, the oldest first. */
  readonly #strangers = new Map<string, Socket>();

  add(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#open.add(socket);
    this.#strangers.set(peer, socket);
    const limit = setTimeout(() => {
      if (this.#strangers.get(peer) === socket) socket.destroy();
    }, STRANGER_MS);
    limit.unref();
    socket.once("close", () => {
      clearTimeout(limit);
      this.#open.delete(socket);
      if (this.#strangers.get(peer) === socket) this.#strangers.delete(peer);
    });
    for (const [oldest, stranger] of this.#strangers) {
      if (this.#strangers.size <= STRANGERS_MAX) break;
      this.#strangers.delete(oldest);
      stranger.destroy();
    }
  }

  /** A known caller was heard on the connection from there. */
  known(peer: string): void {
    this.#strangers.delete(peer);
  }

  endStrangers(): void {
    for (const socket of this.#strangers.values()) socket.destroy();
  }

  endAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
