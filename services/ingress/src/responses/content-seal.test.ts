import { createSecretKey, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { ContentSeal } from "./content-seal.ts";

const pepper = randomBytes(32);
const seal = new ContentSeal(pepper);
const alice = { tenant: "alice", digestKey: createSecretKey(randomBytes(32)) };
const content = Buffer.from("The treasure lies beneath the oak.");

test("what is sealed is read again by its tenant at its place, and shows nothing of itself", () => {
  const sealed = seal.seal(alice, "resp_1", content);
  expect(seal.open(alice, "resp_1", sealed)).toEqual(content);
  expect(sealed.includes("treasure")).toBe(false);
  expect(seal.seal(alice, "resp_1", content)).not.toEqual(sealed);
});

test("it opens for no other tenant, key, pepper or place", () => {
  const sealed = seal.seal(alice, "resp_1", content);
  expect(seal.open({ ...alice, tenant: "bob" }, "resp_1", sealed)).toBeNull();
  expect(seal.open({ ...alice, digestKey: createSecretKey(randomBytes(32)) }, "resp_1", sealed)).toBeNull();
  expect(new ContentSeal(randomBytes(32)).open(alice, "resp_1", sealed)).toBeNull();
  expect(seal.open(alice, "resp_2", sealed)).toBeNull();
});

test("a changed, cut or empty one does not open", () => {
  const sealed = seal.seal(alice, "resp_1", content);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at]! ^= 1;
    expect(seal.open(alice, "resp_1", changed)).toBeNull();
  }
  for (const length of [0, 12, 27, 28, sealed.length - 1]) {
    expect(seal.open(alice, "resp_1", sealed.subarray(0, length))).toBeNull();
  }
});
