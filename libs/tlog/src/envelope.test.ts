import { createPublicKey, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { BatchCache } from "./batch-cache.ts";
import { parseEnvelope, preAuthEncoding, renderEnvelope, type Envelope } from "./dsse.ts";
import { privateKeyFromSeed, producerKeyId, publicKeyFromRaw, rawPublicKey } from "./ed25519.ts";
import { BATCH_ROOT_TYPE, batchRootMessage, signEvents } from "./sign-events.ts";
import { verifyEnvelope } from "./verify-envelope.ts";

const TYPE = "application/vnd.example.v1+json";
const privateKey = privateKeyFromSeed(Buffer.alloc(32, 1));
const signer = { keyId: producerKeyId(privateKey), privateKey };
const keys = new Map([[signer.keyId, createPublicKey(privateKey)]]);

function events(count: number): { payloadType: string; payload: Buffer }[] {
  return Array.from({ length: count }, (_, i) => ({ payloadType: TYPE, payload: Buffer.from(`{"n":${i}}`) }));
}

function edit(bytes: Uint8Array, change: (envelope: Envelope) => Envelope): Buffer {
  return Buffer.from(renderEnvelope(change(parseEnvelope(bytes) as Envelope)));
}

describe("an envelope", () => {
  test("encodes what is signed as DSSE's own example does", () => {
    const encoded = preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
    expect(encoded.toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  test("of one event is plain DSSE, signed over the encoding of the event", () => {
    const [bytes] = signEvents(events(1), signer);
    const json = JSON.parse((bytes as Buffer).toString()) as { signatures: { sig: string; scheme: string }[] };
    const expected = sign(null, preAuthEncoding(TYPE, Buffer.from('{"n":0}')), privateKey).toString("base64");
    expect(json.signatures).toEqual([{ keyid: signer.keyId, scheme: "ed25519", sig: expected }]);
  });

  test.each([1, 2, 3, 16, 17])("verifies, one of a batch of %i", (count) => {
    const batches = new BatchCache();
    signEvents(events(count), signer).forEach((bytes, i) => {
      const verified = verifyEnvelope(bytes, keys, batches);
      expect(verified).toMatchObject({ ok: true, payloadType: TYPE, keyId: signer.keyId });
      expect(verified.ok && Buffer.from(verified.payload).toString()).toBe(`{"n":${i}}`);
    });
  });

  test("of a batch fails when its payload, type, position, path or signature is another's", () => {
    const batches = new BatchCache();
    const [first, second] = signEvents(events(5), signer) as [Buffer, Buffer];
    const other = parseEnvelope(second) as Envelope;
    const edits: ((envelope: Envelope) => Envelope)[] = [
      (envelope) => ({ ...envelope, payload: other.payload }),
      (envelope) => ({ ...envelope, payloadType: "application/other" }),
      (envelope) => ({ ...envelope, signature: other.signature }),
      (envelope) => ({ ...envelope, signature: { ...envelope.signature, sig: Buffer.alloc(64) } }),
      (envelope) => ({ ...envelope, signature: { ...envelope.signature, sig: Buffer.alloc(3) } }),
      (envelope) => ({
        ...envelope,
        signature: { scheme: "ed25519", keyId: signer.keyId, sig: envelope.signature.sig },
      }),
    ];
    expect(verifyEnvelope(first, keys, batches).ok).toBe(true);
    for (const change of edits) {
      expect(verifyEnvelope(edit(first, change), keys, batches)).toEqual({ ok: false, reason: "bad-signature" });
    }
  });

  test("fails with any byte of it changed", () => {
    for (const bytes of signEvents(events(3), signer).concat(signEvents(events(1), signer))) {
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ 1;
        expect(verifyEnvelope(changed, keys).ok).toBe(false);
      }
    }
  });

  test("of an unknown key is refused", () => {
    const [bytes] = signEvents(events(1), signer) as [Buffer];
    expect(verifyEnvelope(bytes, new Map())).toEqual({ ok: false, reason: "unknown-key" });
  });

  test("cannot be made of a batch's root, so one signature never stands for two things", () => {
    const message = batchRootMessage(2, Buffer.alloc(32));
    const payload = message.subarray(message.length - 40);
    const sig = sign(null, message, privateKey);
    const forged = renderEnvelope({
      payloadType: BATCH_ROOT_TYPE,
      payload,
      signature: { scheme: "ed25519", keyId: signer.keyId, sig },
    });
    expect(verifyEnvelope(Buffer.from(forged), keys)).toEqual({ ok: false, reason: "malformed" });
    expect(() => signEvents([{ payloadType: BATCH_ROOT_TYPE, payload }], signer)).toThrow(TypeError);
  });

  test("has one spelling: white space, unknown or doubled members and another order are malformed", () => {
    const [bytes] = signEvents(events(1), signer) as [Buffer];
    const text = bytes.toString();
    const spellings = [
      ` ${text}`,
      text.replace("{", '{"payload":"e30=",'),
      text.replace("{", '{"extra":1,'),
      text.replace("]}", ',{"keyid":"x"}]}'),
      text.replace("=", ""),
      "",
      "null",
      "[]",
      '{"payloadType":"x","signatures":[null]}',
    ];
    for (const spelling of spellings) {
      expect(verifyEnvelope(Buffer.from(spelling), keys)).toEqual({ ok: false, reason: "malformed" });
    }
  });

  test("has one spelling: what is not UTF-8, or has no UTF-8 form, is no envelope", () => {
    const signature = { scheme: "ed25519", keyId: "k\ufffd", sig: Buffer.alloc(64) } as const;
    const text = renderEnvelope({ payloadType: TYPE, payload: Buffer.from("{}"), signature });
    expect(parseEnvelope(Buffer.from(text))?.signature.keyId).toBe("k\ufffd");
    expect(parseEnvelope(Buffer.from(text.replace("\ufffd", "\u00ff"), "latin1"))).toBeNull();
    expect(parseEnvelope(Buffer.from(text.replace("\ufffd", String.raw`\ud800`)))).toBeNull();
  });

  test("beyond the size of a leaf is refused unread", () => {
    const [bytes] = signEvents([{ payloadType: TYPE, payload: Buffer.alloc(65_535) }], signer) as [Buffer];
    expect(verifyEnvelope(bytes, keys)).toEqual({ ok: false, reason: "malformed" });
  });
});

describe("keys", () => {
  test("go to raw bytes and back", () => {
    const raw = rawPublicKey(privateKey);
    expect(raw.length).toBe(32);
    expect(producerKeyId(publicKeyFromRaw(raw))).toBe(signer.keyId);
    expect(() => publicKeyFromRaw(raw.subarray(1))).toThrow(RangeError);
    expect(() => privateKeyFromSeed(Buffer.alloc(31))).toThrow(RangeError);
  });
});
