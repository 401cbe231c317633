import { promisify } from "node:util";
import { LedgerClient } from "@signalbox/proto/grpc/ledger";
import { afterEach, expect, test, vi } from "vitest";
import { createGrpcClients } from "./grpc-client.ts";
import { startGrpcServer } from "./grpc-server.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

test("a machine's proxy stands between no two stages", async () => {
  for (const name of ["grpc_proxy", "http_proxy", "https_proxy"]) vi.stubEnv(name, "http://127.0.0.1:9");
  await using server = await startGrpcServer({ host: "127.0.0.1", port: 0, advertiseHost: null, callers: {} }, []);
  using clients = createGrpcClients(LedgerClient);
  const client = clients.at(server.address);
  const ask = promisify(client.waitForReady.bind(client));
  await expect(ask(Date.now() + 3_000)).resolves.toBeUndefined();
});
