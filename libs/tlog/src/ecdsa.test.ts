import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { expect, test } from "vitest";
import { encodeBase64 } from "./base64.ts";
import { formatCheckpoint } from "./checkpoint-body.ts";
import { leafHash } from "./merkle-tree.ts";
import { noteKeyId, parseVkey } from "./note-key.ts";
import { parsePolicy } from "./parse-policy.ts";
import { checkPolicy } from "./policy.ts";
import { verifyNote } from "./signed-note.ts";

/** Keys and checkpoints of two public logs, from transparency-dev/formats (Apache-2.0). */
const REKOR = {
  vkey: "rekor.sigstore.dev+c0d23d6a+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNhtmPtrWm3U1eQXBogSMdGvXwBcK5AW5i0hrZLOC96l+smGNM7nwZ4QvFK/4sueRoVj//QP22Ni4Qt9DPfkWLc=",
  note: "Rekor\n798034\nf+7CoKgXKE/tNys9TTXcr/ad6U/K3xvznmzew9y6SP0=\n\n— rekor.sigstore.dev wNI9ajBEAiARInWIWyCdyG27CO6LPnPekyw20qO0YJfoaPaowGp/XgIgc+qEHS3+GKVClgqq20uDLet7MCoTURUCRdxwWBHHufk=\n",
};
const PIXEL = {
  vkey: "pixel6_transparency_log+91c16e30+AjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABN+4x0Jk1yTwvLFI9A4NDdGZcX0aiWVdWM5XJVy0M4VWD3AvyW5Q6Hs9A0mcDkpUoYgn+KKPNzFC0H3nN3q6JQ8=",
  note: "DEFAULT\n10\nbsWRucJU5xJPHb5eBdOm6+DM+VelCZBuvtI3sHERJ9Y=\n\n— pixel6_transparency_log kcFuMDBFAiEAhqMAP8P6qf6QxtUJhzMhbN+MbZ9dwfUHzGQJmffJHtoCIGD0cNe47dHWBoPwYdgBCepB06/+g5O1FmYjXl06owL4\n",
};
const ORIGIN = "other.example/log";
const BODY = formatCheckpoint({ origin: ORIGIN, size: 1, root: leafHash(Buffer.from("a")) });

function spkiOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" });
}

function vkeyOf(key: KeyObject, type = 0x02): string {
  const spki = spkiOf(key);
  const id = noteKeyId(ORIGIN, spki, "ecdsa").toString("hex");
  return `${ORIGIN}+${id}+${encodeBase64(Buffer.concat([Buffer.of(type), spki]))}`;
}

function signedBy(key: KeyObject, signature = sign("sha256", Buffer.from(BODY), key)): string {
  const keyId = noteKeyId(ORIGIN, spkiOf(key), "ecdsa");
  return `${BODY}\n— ${ORIGIN} ${encodeBase64(Buffer.concat([keyId, signature]))}\n`;
}

test.each([REKOR, PIXEL])("a public log's checkpoint holds by its ECDSA key, and not with a bit changed", (log) => {
  const parsed = parseVkey(log.vkey);
  if (!parsed.ok) throw new Error(parsed.reason);
  expect(parsed.verifier.type).toBe("ecdsa");
  expect(verifyNote(log.note, [parsed.verifier])).toMatchObject({
    ok: true,
    signedBy: [{ verifier: parsed.verifier }],
  });
  const changed = log.note.replace(/\n(\d)/, (_all, digit: string) => `\n${Number(digit) ^ 1}`);
  expect(verifyNote(changed, [parsed.verifier])).toEqual({ ok: false, reason: "bad-signature" });
});

test.each(["prime256v1", "secp384r1", "secp521r1"])("a policy takes a log's key on %s", (namedCurve) => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve });
  const policy = parsePolicy(`log ${vkeyOf(privateKey)}\nquorum none\n`);
  if (!policy.ok) throw new Error(policy.reason);
  expect(checkPolicy(signedBy(privateKey), policy.policy)).toMatchObject({ ok: true, log: ORIGIN });
  const raw = sign("sha256", Buffer.from(BODY), { key: privateKey, dsaEncoding: "ieee-p1363" });
  for (const wrong of [raw, Buffer.alloc(70), sign("sha512", Buffer.from(BODY), privateKey)]) {
    const verdict = checkPolicy(signedBy(privateKey, wrong), policy.policy);
    expect(verdict).toEqual({ ok: false, reason: "bad-signature" });
  }
});

test("keys on other curves, of other kinds and under another id are refused, and witnesses have none", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const other = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
  const edwards = generateKeyPairSync("ed25519").privateKey;
  for (const key of [other, edwards]) {
    expect(parseVkey(vkeyOf(key))).toEqual({ ok: false, reason: "unsupported-key-type" });
  }
  expect(parseVkey(vkeyOf(privateKey).replace(/\+[0-9a-f]{8}\+/, "+00000000+"))).toMatchObject({
    reason: "wrong-key-id",
  });
  expect(parseVkey(vkeyOf(privateKey, 0x05))).toMatchObject({ reason: "unsupported-key-type" });
  const witness = parsePolicy(`witness W ${vkeyOf(privateKey)}\nquorum none\n`);
  expect(witness).toMatchObject({ ok: false, reason: "this type of key is not a witness's" });
});
