import { expect, test } from "vitest";
import { generateSecretKey, hashKey, keyIdOfSecret } from "./secret-key.ts";

test("a key names its id and carries 256 random bits", () => {
  const { id, secretKey } = generateSecretKey();
  expect(secretKey).toMatch(/^sk-sb-[0-9a-f]{12}-[A-Za-z0-9_-]{43}$/);
  expect(keyIdOfSecret(secretKey)).toBe(id);
  expect(Buffer.from(secretKey.slice(-43), "base64url")).toHaveLength(32);
  expect(generateSecretKey().secretKey).not.toBe(secretKey);
});

test.each([
  "",
  "sk-sb-",
  "sk-sb-0123456789ab-short",
  `sk-sb-0123456789AB-${"a".repeat(43)}`,
  `sk-sb-0123456789ab-${"a".repeat(44)}`,
])("%j is no key", (text) => {
  expect(keyIdOfSecret(text)).toBeNull();
});

test("the stored hash depends on the whole key and on the pepper", () => {
  const { secretKey } = generateSecretKey();
  const pepper = Buffer.alloc(32, 1);
  const hash = hashKey(secretKey, pepper);
  expect(hash).toHaveLength(32);
  expect(hashKey(secretKey, pepper)).toEqual(hash);
  expect(hashKey(`${secretKey.slice(0, -1)}${secretKey.endsWith("A") ? "E" : "A"}`, pepper)).not.toEqual(hash);
  expect(hashKey(secretKey, Buffer.alloc(32, 2))).not.toEqual(hash);
});
