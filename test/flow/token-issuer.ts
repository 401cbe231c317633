import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, type JWK, SignJWT } from "jose";

/** A key that an issuer signs with, and how it is published. */
export type IssuerKey = {
  readonly kid: string;
  readonly alg: string;
  readonly pair: GenerateKeyPairResult;
  readonly jwk: JWK;
};

export async function makeKey(kid: string, alg = "ES256"): Promise<IssuerKey> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, pair, jwk: { ...(await exportJWK(pair.publicKey)), kid, alg, use: "sig" } };
}

type Published = { keys: JWK[]; isDown: boolean; readonly asked: { configuration: number; keys: number } };

/** Issuers of tokens on one HTTP server, each below its own path, as their keys are published at this moment. */
export type TokenIssuers = AsyncDisposable & {
  readonly url: string;
  /** The `iss` of an issuer by its path. */
  issuer(name: string): string;
  of(name: string): Published;
};

export async function startTokenIssuers(names: readonly string[]): Promise<TokenIssuers> {
  const published = new Map(
    names.map((name): [string, Published] => [name, { keys: [], isDown: false, asked: { configuration: 0, keys: 0 } }]),
  );
  let url = "";
  const server = createServer((request, response) => {
    const [, name = "", ...rest] = (request.url ?? "").split("/");
    const issuer = published.get(name);
    if (issuer === undefined) return response.writeHead(404).end();
    const isKeys = rest.join("/") === "keys";
    issuer.asked[isKeys ? "keys" : "configuration"] += 1;
    if (issuer.isDown) return response.writeHead(503).end();
    const body = isKeys ? { keys: issuer.keys } : { issuer: `${url}/${name}`, jwks_uri: `${url}/${name}/keys` };
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    issuer: (name) => `${url}/${name}`,
    of(name) {
      const found = published.get(name);
      if (found === undefined) throw new Error(`there is no issuer ${name}`);
      return found;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** A token as an issuer would give it: for ten minutes, but for what is said. */
export function signToken(
  key: IssuerKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const nowS = Math.floor(Date.now() / 1_000);
  return new SignJWT({ iat: nowS, exp: nowS + 600, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.pair.privateKey);
}
