import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { callProvider, createAgent } from "./call-provider.ts";
import { Config } from "./config.ts";
import { loadProviders } from "./providers.ts";

/** A provider that speaks HTTP/2 with whoever can, behind a link that may go silent as a lost route does: without an end. */
type Host = { readonly baseUrl: string; readonly versions: string[]; readonly links: () => number; goSilent(): void };

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

async function startHost(): Promise<Host> {
  const versions: string[] = [];
  const server = createSecureServer({ ...certificate(), allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    request.resume().on("end", () => void response.end("answered"));
  });
  stack.defer(() => void server.close());
  const links: (readonly [Socket, Socket])[] = [];
  const way = createServer((client) => {
    const pair = [client, connect(portOf(server))] as const;
    for (const socket of pair) stack.defer(() => void socket.on("error", () => {}).destroy());
    client.pipe(pair[1]).pipe(client);
    links.push(pair);
  });
  stack.defer(() => void way.close());
  for (const each of [server, way]) {
    each.listen(0, "127.0.0.1");
    await once(each, "listening");
  }
  return {
    baseUrl: `https://127.0.0.1:${portOf(way)}/v1`,
    versions,
    links: () => links.length,
    goSilent() {
      for (const [client, provider] of links) {
        client.unpipe(provider).pause();
        provider.unpipe(client).pause();
      }
    },
  };
}

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

/** One that this process trusts from here on. */
function certificate(): { key: Buffer; cert: Buffer } {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-certificate-"));
  stack.defer(() => rmSync(dir, { recursive: true }));
  const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
  const made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1";
  const args = [...made.split(" "), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
  execFileSync("openssl", args, { stdio: "ignore" });
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(cert, "utf8")]);
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

test.skipIf(!hasOpenssl)(
  "B13 a connection that fell silent takes one attempt with it, and the next has one of its own",
  async () => {
    const host = await startHost();
    const providers = Config.shape.providers.parse({ one: { baseUrl: host.baseUrl } });
    const all = { http: Config.shape.http.parse({}), timeouts: Config.shape.timeouts.parse({}), providers };
    const agent = stack.adopt(createAgent(all), (each) => each.destroy());
    const provider = loadProviders(all, {}).get("one")!;
    const rendered = { path: "/chat/completions", headers: {}, body: {} };
    const ask = async (): Promise<string> => {
      const signal = AbortSignal.timeout(1_000);
      const answer = await callProvider({ agent, provider, rendered, stream: false, traceparent: "", signal });
      // A connection is free a moment after its answer is whole.
      return text(answer.body).finally(() => sleep(50));
    };
    expect([await ask(), await ask(), host.links()]).toEqual(["answered", "answered", 1]);
    host.goSilent();
    await expect(ask()).rejects.toThrow(/timeout/);
    expect([await ask(), host.links()]).toEqual(["answered", 2]);
    // What is tested of streams, aborts and broken connections is HTTP/1.1, also where a provider prefers another.
    expect(new Set(host.versions)).toEqual(new Set(["1.1"]));
  },
);
