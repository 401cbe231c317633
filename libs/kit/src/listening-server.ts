import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A server that takes requests. Disposing of it breaks off whatever is under way, and resolves when its port is free.
 */
export type ListeningServer = AsyncDisposable & { readonly port: number };

/** Resolves once the server listens, on a free port where `port` is 0. */
export async function listen(server: Server, { port, host }: { port: number; host: string }): Promise<ListeningServer> {
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
