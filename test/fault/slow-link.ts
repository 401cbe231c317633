import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The shortest and the longest that a piece takes each way, in milliseconds. */
export type Delay = readonly [number, number];

/** A way to a server of this machine that may be as slow as one over half the world, or as a server that is overrun. */
export type SlowLink = AsyncDisposable & {
  readonly port: number;
  /** From now on, each piece takes so long, at random, and none overtakes another; null: no time. */
  slow(delay: Delay | null): void;
};

export async function slowLinkTo(port: number): Promise<SlowLink> {
  const sockets = new Set<Socket>();
  let delay: Delay | null = null;

  function pass(from: Socket, to: Socket): void {
    let lastAtMs = 0;
    const later = (act: () => void): void => {
      const [least, most] = delay ?? [0, 0];
      lastAtMs = Math.max(lastAtMs, performance.now() + least + Math.random() * (most - least));
      const waitMs = lastAtMs - performance.now();
      if (waitMs < 1) act();
      else setTimeout(act, waitMs);
    };
    from.on("data", (piece: Buffer) => later(() => void to.write(piece)));
    from.on("end", () => later(() => void to.end()));
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      later(() => void to.destroy());
    });
    sockets.add(from);
  }

  const server = createServer((client) => {
    const behind = connect(port, "127.0.0.1");
    pass(client, behind);
    pass(behind, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    slow(wanted) {
      delay = wanted;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
