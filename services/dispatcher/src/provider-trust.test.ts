import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { SignalboxError } from "@signalbox/proto";
import { afterAll, expect, test } from "vitest";
import { callProvider, createAgent } from "./call-provider.ts";
import { Config } from "./config.ts";
import { loadProviders } from "./providers.ts";
import { networkError } from "./upstream-error.ts";

/*
 * Goal: whoever does not prove to be the provider gets no request and no key, and the caller learns which provider it was and what
 * kind of failure, and no address.
 */

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));
const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

type Listening = { listen(port: number, host: string): unknown; address(): unknown };

async function portOf(server: Listening & NodeJS.EventEmitter, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The error that a call ends in, or the status of its answer. */
async function ask(baseUrl: string): Promise<SignalboxError | number> {
  const providers = Config.shape.providers.parse({ one: { baseUrl, apiKey: "key-one" } });
  const all = { http: Config.shape.http.parse({}), timeouts: Config.shape.timeouts.parse({}), providers };
  const agent = createAgent(all);
  const provider = loadProviders(all, {}).get("one")!;
  const rendered = { path: "/chat/completions", headers: {}, body: {} };
  const call = { agent, provider, rendered, stream: false, traceparent: "", signal: AbortSignal.timeout(5_000) };
  try {
    const { status, body } = await callProvider(call);
    body.resume();
    return status;
  } catch (error) {
    return networkError(error, "one");
  } finally {
    await agent.destroy();
  }
}

/** A provider with a certificate for 127.0.0.1, and what reached it. */
async function startTls(days: number, isTrusted: boolean): Promise<{ port: number; requests: () => number }> {
  const dir = mkdtempSync(join(tmpdir(), "signalbox-trust-"));
  stack.defer(() => rmSync(dir, { recursive: true }));
  const [keyFile, csrFile, certFile, namesFile] = ["key", "csr", "cert", "names"].map((name) => join(dir, name));
  writeFileSync(namesFile!, "subjectAltName=IP:127.0.0.1");
  const signing = `req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=one -keyout ${keyFile} -out ${csrFile}`;
  const signed = `x509 -req -in ${csrFile} -key ${keyFile} -days ${days} -extfile ${namesFile} -out ${certFile}`;
  for (const made of [signing, signed]) execFileSync("openssl", made.split(" "), { stdio: "ignore" });
  const cert = readFileSync(certFile!, "utf8");
  if (isTrusted) setDefaultCACertificates([...getCACertificates("default"), cert]);
  let requests = 0;
  const server = createServer({ key: readFileSync(keyFile!), cert }, (request, response) => {
    requests += 1;
    request.resume().on("end", () => void response.end());
  });
  stack.defer(() => void server.close());
  return { port: await portOf(server, "127.0.0.1"), requests: () => requests };
}

test.skipIf(!hasOpenssl)(
  "B15 a certificate that nobody vouches for, one of another host and one that has expired get no request",
  async () => {
    const [unknown, known, expired] = [await startTls(1, false), await startTls(1, true), await startTls(-1, true)];
    const failed = async (url: string): Promise<unknown> => {
      const error = (await ask(url)) as SignalboxError;
      expect(error.message).toBe("one cannot be reached.");
      return [error.code, error.details.upstreamCode];
    };
    expect([
      await failed(`https://127.0.0.1:${unknown.port}/v1`),
      await failed(`https://localhost:${known.port}/v1`),
      await failed(`https://127.0.0.1:${expired.port}/v1`),
    ]).toEqual([
      ["upstream-unreachable", "DEPTH_ZERO_SELF_SIGNED_CERT"],
      ["upstream-unreachable", "ERR_TLS_CERT_ALTNAME_INVALID"],
      ["upstream-unreachable", "CERT_HAS_EXPIRED"],
    ]);
    expect([await ask(`https://127.0.0.1:${known.port}/v1`), known.requests()]).toEqual([200, 1]);
    expect([unknown.requests(), expired.requests()]).toEqual([0, 0]);
  },
);

test.skipIf(!hasIpv6)("a provider may stand at an IPv6 address", async () => {
  const server = createHttpServer((request, response) => void request.resume().on("end", () => void response.end()));
  stack.defer(() => void server.close());
  expect(await ask(`http://[::1]:${await portOf(server, "::1")}/v1`)).toBe(200);
});

test("a name that nobody knows is a provider that cannot be reached", async () => {
  expect(await ask("http://nobody.invalid/v1")).toMatchObject({
    code: "upstream-unreachable",
    message: "one cannot be reached.",
    details: { provider: "one", upstreamCode: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) as string },
  });
});
