import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase64, decodeLatin1Base64, encodeBase64 } from "./base64.ts";

const latin1 = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const digits = fc.string({
  unit: fc.constantFrom(...Array.from("ABQgwxyz019+/=-_ \n")),
  maxLength: 16,
});
const right = fc.uint8Array({ maxLength: 20 }).map(encodeBase64);
const oneOff = fc.tuple(right, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, code]) => {
  const place = text.length === 0 ? 0 : at % text.length;
  return text.slice(0, place) + String.fromCharCode(code) + text.slice(place + 1);
});

test("a text of bytes is base64 for the fast decoder exactly if it is what encoding gives", () => {
  fc.assert(
    fc.property(fc.oneof(latin1, digits, right, oneOff), (text) => {
      expect(decodeLatin1Base64(text)).toEqual(decodeBase64(text));
    }),
    { numRuns: 20_000 },
  );
});
