import { generateKeyPairSync } from "node:crypto";

/** An Ed25519 key as PKCS #8 in PEM, which is how its file holds it. */
export function newSigningKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
