import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

const KEEP_ALIVE_MS = 60_000;

/** What a server in a process of its own says when it listens. */
export type Listening = { readonly port: number };

/** Serves on a free port until the parent is gone, and tells it the port. */
export async function serveAsChild(server: Server): Promise<void> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.once("disconnect", () => {
    process.exit(0);
  });
  process.send?.({ port: (server.address() as AddressInfo).port } satisfies Listening);
}
