import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { callProvider, createAgent } from "./call-provider.ts";
import { Config } from "./config.ts";
import { loadProviders } from "./providers.ts";

test("a connection that does not come to stand is given up after the provider's own time", async () => {
  await using stack = new AsyncDisposableStack();
  // Takes connections and never answers the TLS handshake, which is part of connecting.
  const silent = stack.adopt(createServer().listen(0, "127.0.0.1"), (server) => void server.close());
  await once(silent, "listening");
  silent.on("connection", (socket) => stack.defer(() => void socket.destroy()));
  const baseUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`;
  const timeouts = { connectMs: 60_000 };
  const config = Config.shape.providers.parse({ one: { baseUrl, timeouts: { connectMs: 50 } } });
  const all = { http: Config.shape.http.parse({}), timeouts: Config.shape.timeouts.parse(timeouts), providers: config };
  const agent = stack.adopt(createAgent(all), (each) => each.destroy());
  const provider = loadProviders(all, {}).get("one")!;
  const { signal } = new AbortController();
  const rendered = { path: "/chat/completions", headers: {}, body: {}, losses: [] };
  const call = callProvider({ agent, provider, rendered, stream: false, traceparent: "", signal });
  await expect(call).rejects.toMatchObject({ code: "UND_ERR_CONNECT_TIMEOUT" });
});
