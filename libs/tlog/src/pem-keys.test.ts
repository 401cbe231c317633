import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { readPemKeys } from "./pem-keys.ts";

const [one, other] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
const privateText = String(one.privateKey.export({ type: "pkcs8", format: "pem" }));
const publicText = String(other.publicKey.export({ type: "spki", format: "pem" }));

test("a file's keys are read in their order, whichever half each of them is", () => {
  const [first, second, ...more] = readPemKeys(`the log's keys\n${privateText}\n${publicText}`);
  expect([first?.type, second?.type, more.length]).toEqual(["private", "public", 0]);
  expect(first?.equals(one.privateKey)).toBe(true);
  expect(second?.equals(other.publicKey)).toBe(true);
});

test("a file without keys has none, and a block that holds no key is not passed over", () => {
  expect(readPemKeys("")).toEqual([]);
  expect(() => readPemKeys(privateText.replace(/^MC.*$/m, "AAAA"))).toThrow(/asn1|decoder|unsupported/i);
});
