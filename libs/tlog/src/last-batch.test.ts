import { expect, test } from "vitest";
import { parseEnvelope, renderEnvelope, type Envelope } from "./dsse.ts";
import { privateKeyFromSeed } from "./ed25519.ts";
import { signEvents } from "./sign-events.ts";

const privateKey = privateKeyFromSeed(Buffer.alloc(32, 1));

function envelopes(count: number, keyId = "key"): Buffer[] {
  const events = Array.from({ length: count }, (_, n) => ({ payloadType: "text/plain", payload: Buffer.from(`${n}`) }));
  return signEvents(events, { keyId, privateKey });
}

test("an envelope is read the same, whichever was read before it", () => {
  const all = [...envelopes(1), ...envelopes(2), ...envelopes(11), ...envelopes(13), ...envelopes(2, "né")];
  const alone = all.map((bytes) => {
    parseEnvelope(envelopes(1, "another")[0] as Buffer);
    return parseEnvelope(bytes);
  });
  for (const before of all) {
    for (const [at, bytes] of all.entries()) {
      parseEnvelope(before);
      expect(parseEnvelope(bytes)).toEqual(alone[at]);
    }
  }
});

test("what is not the one spelling of an envelope is refused after its neighbour, too, with any byte of it changed", () => {
  const [before, bytes] = envelopes(5) as [Buffer, Buffer];
  const respelled: string[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    for (const bit of [1, 2, 4, 16, 32, 128]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ bit;
      parseEnvelope(before);
      const parsed = parseEnvelope(changed);
      if (parsed !== null && renderEnvelope(parsed) !== changed.toString("utf8")) respelled.push(changed.toString());
    }
  }
  expect(respelled).toEqual([]);
});

test("a place in a batch has one spelling, and a path at most sixteen hashes of base64", () => {
  const [before, bytes] = envelopes(5) as [Buffer, Buffer];
  const { signature } = parseEnvelope(bytes) as Envelope;
  const path = signature.scheme === "ed25519-batch" ? signature.batch.path : [];
  const rendered = `"index":1,"path":["${path.join('","')}"]`;
  const hash = path[0] as string;
  const places = [
    ["01", path],
    ["1e0", path],
    ["1.0", path],
    ["-0", path],
    ["", path],
    [" 1", path],
    ["9007199254740993", path],
    ["1", Array.from({ length: 17 }, () => hash)],
    ["1", [`${hash.slice(0, -2)}B=`]],
    ["1", [hash.replace(/^./, '\\"').slice(0, 44)]],
  ] as const;
  const text = bytes.toString();
  expect(text).toContain(rendered);
  for (const [index, other] of places) {
    parseEnvelope(before);
    const changed = text.replace(rendered, () => `"index":${index},"path":["${other.join('","')}"]`);
    expect(parseEnvelope(Buffer.from(changed))).toBe(null);
  }
});
