import { SignalboxError } from "@signalbox/proto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type FormPart, parseMultipart } from "./parse-multipart.ts";
import { renderMultipart } from "./render-multipart.ts";

const TYPE = 'multipart/form-data; charset=utf-8; boundary="b1"';
const form = (...lines: string[]): Buffer => Buffer.from(lines.join("\r\n"));
const plain = fc.stringMatching(/^[a-z][a-z0-9_[\]]{0,15}$/);
const part = fc.record({
  name: plain,
  filename: fc.option(fc.stringMatching(/^[\w .-]{1,20}$/)),
  contentType: fc.option(fc.constantFrom("audio/mpeg", "text/plain; charset=utf-8")),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

const isKnown = (error: unknown): boolean => error === null || error instanceof SignalboxError;

test("what is written is read again, byte for byte", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const { body, contentType } = renderMultipart(parts);
      expect(parseMultipart(body, contentType)).toEqual(parts);
    }),
  );
});

test("a form of many fields is read, as each keyword to listen for is one, and one without end is refused", () => {
  const word = { name: "keywords[]", filename: null, contentType: null, body: Buffer.from("Signalbox") };
  const of = (count: number): FormPart[] => {
    const { body, contentType } = renderMultipart(Array.from({ length: count }, () => word));
    return parseMultipart(body, contentType);
  };
  expect(of(1_000)).toHaveLength(1_000);
  expect(() => of(2_000)).toThrow(expect.objectContaining({ code: "invalid-request" }));
});

test("a file that holds the boundary's beginning, and line breaks, stays whole", () => {
  const body = Buffer.from("\r\n--signalbox-0\r\n\r\n--");
  const parts = [{ name: "file", filename: "a.wav", contentType: null, body }];
  const written = renderMultipart(parts);
  expect(parseMultipart(written.body, written.contentType)).toEqual(parts);
});

test("forms are read as browsers and SDKs write them", () => {
  const body = form(
    "a preamble",
    "--b1",
    'content-disposition: form-data; filename="x.mp3"; name="file"',
    "Content-Type: audio/mpeg",
    "",
    "sound",
    "--b1 ",
    "Content-Disposition: form-data; name=model",
    "",
    "",
    "--b1--",
    "",
  );
  expect(parseMultipart(body, TYPE)).toEqual([
    { name: "file", filename: "x.mp3", contentType: "audio/mpeg", body: Buffer.from("sound") },
    { name: "model", filename: null, contentType: null, body: Buffer.alloc(0) },
  ]);
});

test.each([
  ["no boundary in its type", form("--b1--"), "multipart/form-data"],
  ["no boundary in its body", form("--b2--"), TYPE],
  ["an open end", form("--b1", 'Content-Disposition: form-data; name="a"', "", "x"), TYPE],
  ["a part without a name", form("--b1", "Content-Disposition: form-data", "", "x", "--b1--"), TYPE],
  ["a part without an end of its head", form("--b1", 'Content-Disposition: form-data; name="a"', "--b1--"), TYPE],
  ["words behind its boundary", form("--b1x", 'Content-Disposition: form-data; name="a"', "", "", "--b1--"), TYPE],
])("a form with %s is refused", (_what, body, type) => {
  expect(() => parseMultipart(body, type)).toThrow(expect.objectContaining({ code: "invalid-request" }));
});

test("no bytes and no content type bring the parser out of step", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(form("--b1")),
  );
  const type = fc.oneof(fc.string(), fc.constant(TYPE));
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 4 }), type, (pieces, contentType) => {
      expect(failureOf(() => parseMultipart(Buffer.concat(pieces), contentType))).toSatisfy(isKnown);
    }),
  );
});
