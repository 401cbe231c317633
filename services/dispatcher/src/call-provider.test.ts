import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { text } from "node:stream/consumers";
import { type AddressInfo, createServer } from "node:net";
import { expect, test, vi } from "vitest";
import { callProvider, createAgent, type ProviderAnswer } from "./call-provider.ts";
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

test("a provider elsewhere is reached through the environment's proxy", async () => {
  await using stack = new AsyncDisposableStack();
  const asked: string[] = [];
  const proxy = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"]}`);
    response.end("through");
  });
  proxy.on("connect", (request, socket) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"]}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  stack.adopt(proxy.listen(0, "127.0.0.1"), (server) => void server.close());
  await once(proxy, "listening");
  const address = `http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  for (const name of ["http_proxy", "https_proxy"]) vi.stubEnv(name, address);
  stack.defer(() => void vi.unstubAllEnvs());
  const plain = await ask(stack, "http://models.example:8000/v1");
  expect([plain.status, await text(plain.body)]).toEqual([200, "through"]);
  await expect(ask(stack, "https://api.example.com/v1")).rejects.toThrow(/403/);
  const auth = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  expect(asked).toEqual([
    `POST http://models.example:8000/v1/chat/completions ${auth}`,
    `CONNECT api.example.com:443 ${auth}`,
  ]);
});

function ask(stack: AsyncDisposableStack, baseUrl: string): Promise<ProviderAnswer> {
  const providers = Config.shape.providers.parse({ one: { baseUrl } });
  const all = { http: Config.shape.http.parse({}), timeouts: Config.shape.timeouts.parse({}), providers };
  const agent = stack.adopt(createAgent(all), (each) => each.destroy());
  const provider = loadProviders(all, {}).get("one")!;
  const { signal } = new AbortController();
  const rendered = { path: "/chat/completions", headers: {}, body: {} };
  return callProvider({ agent, provider, rendered, stream: false, traceparent: "", signal });
}
