import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { producerKeyId, type Signer } from "@signalbox/tlog";

/** Reads a producer's Ed25519 key in PEM (PKCS #8) form. */
export function readSigningKey(file: string): Signer {
  const privateKey = createPrivateKey(readFileSync(file, "utf8"));
  if (privateKey.asymmetricKeyType !== "ed25519") throw new Error(`${file} does not hold an Ed25519 key.`);
  return { keyId: producerKeyId(privateKey), privateKey };
}
