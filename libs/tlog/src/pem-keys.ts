import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

const PEM_BLOCK = /-----BEGIN (PRIVATE|PUBLIC) KEY-----[^-]+-----END \1 KEY-----/g;

/**
 * The keys of a PEM file in their order, private ones (PKCS #8) and public ones (SPKI); other text is passed over. While
 * one key of a log takes another's place, its file holds both. Throws for a block that holds no key.
 */
export function readPemKeys(pem: string): KeyObject[] {
  return Array.from(pem.matchAll(PEM_BLOCK), ([block, half]) => {
    return half === "PRIVATE" ? createPrivateKey(block) : createPublicKey(block);
  });
}
